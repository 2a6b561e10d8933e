#include "main/nat_rows.h"

#include <fmt/format.h>

#include "query/format.h"

namespace sipladder {

const Value& NatRows::at(size_t row, std::string_view column) const {
  static const Value kNull;
  for (size_t i = 0; i < columns.size(); i++) {
    if (columns[i].name == column) return rows[row][i];
  }
  return kNull;
}

int64_t NatRows::number(size_t row, std::string_view column) const {
  const Value& value = at(row, column);
  return value.type == Value::Type::integer ? value.integer : 0;
}

std::string NatRows::text(size_t row, std::string_view column) const {
  const Value& value = at(row, column);
  return value.type == Value::Type::real ? fmt::format("{:.1f}", value.real) : plain_text(value);
}

std::string NatRows::place(size_t row, std::string_view address, std::string_view port) const {
  const std::string host = text(row, address), number = text(row, port);
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + (number.empty() ? "" : ":" + number);
}

Value text_value(std::string_view text) {
  Value value;
  value.set(text);
  return value;
}

Value count_value(uint64_t count) {
  Value value;
  value.set_count(count);
  return value;
}

}  // namespace sipladder
