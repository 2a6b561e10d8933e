#include "tui/list_columns.h"

#include "query/format.h"

namespace sipladder {
ListColumns::ListColumns(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (const Column& column : kCallsTable.columns) {
      if (column.name == name) columns_.push_back(&column);
    }
  }
}

std::vector<std::string> ListColumns::names() const {
  std::vector<std::string> names;
  for (const Column* column : columns_) names.emplace_back(column->name);
  return names;
}

std::vector<std::string> ListColumns::cells(Reader& reader, CallId id, bool with_verdict) const {
  std::vector<std::string> cells;
  for (const Column* column : columns_) {
    Value value;
    if (with_verdict || !column->judged) column->get(reader, {id.value, 0}, value);
    cells.push_back(plain_text(value));
  }
  return cells;
}

}  // namespace sipladder
