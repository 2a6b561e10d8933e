// What is typed into a filter line, understood: words, /regex/ over all messages, or SQL.
#pragma once

#include <string>
#include <vector>

namespace sipladder {

struct RowFilter {
  enum class Kind : uint8_t { none, words, condition };
  Kind kind = Kind::none;
  std::vector<std::string> words;  // each must be in the row, letters in either case
  std::string condition;           // SQL over the table
  std::string error;               // it is SQL, and none that the table understands

  bool matches(const std::string& text) const;  // words
};

// `table` has a column `call`, is `calls`, or takes no /regex/.
RowFilter understand_filter(const std::string& text, const std::string& table);

}  // namespace sipladder
