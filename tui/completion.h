// Names of tables and columns, completed in what is typed.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

struct Completion {
  std::string text;     // what is typed then
  std::string choices;  // when there are several and nothing more in common: their names
};
// `table`: its columns only; empty: all tables and all columns.
Completion complete_name(const std::string& text, std::string_view table);

}  // namespace sipladder
