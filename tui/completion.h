// Completes names of tables and columns at the end of what is typed.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

struct Completion {
  std::string text;     // the typed text with the completion
  std::string choices;  // the names that fit, when several do and no more letters are common to all
};
// `table`: only columns of this table; empty: all tables and all columns.
Completion complete_name(const std::string& text, std::string_view table);

}  // namespace sipladder
