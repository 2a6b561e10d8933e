// The meaning of what is typed into a filter line: words, /regex/ over all messages, or SQL.
#pragma once

#include <string>
#include <vector>

namespace sipladder {

struct RowFilter {
  enum class Kind : uint8_t { none, words, condition };
  Kind kind = Kind::none;
  std::vector<std::string> words;  // each must be in the row, in upper or lower case
  std::string condition;           // SQL over the table
  std::string error;               // why the condition is no valid SQL over the table; else empty

  bool matches(const std::string& text) const;  // words
};

// A /regex/ needs a `table` that is `calls` or has a column `call`; for others it is an error.
RowFilter understand_filter(const std::string& text, const std::string& table);

}  // namespace sipladder
