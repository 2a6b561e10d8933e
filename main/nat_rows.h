// Rows of one part of the NAT report, with access by the names of columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/database.h"

namespace sipladder {

struct NatRows {
  std::vector<ResultColumn> columns;
  std::vector<std::vector<Value>> rows;

  const Value& at(size_t row, std::string_view column) const;
  int64_t number(size_t row, std::string_view column) const;    // 0 for NULL
  std::string text(size_t row, std::string_view column) const;  // as one line; empty for NULL
  // "192.0.2.1:5060" from two columns; without a port when that is NULL.
  std::string place(size_t row, std::string_view address, std::string_view port) const;
};

Value text_value(std::string_view text);
Value count_value(uint64_t count);

}  // namespace sipladder
