// The commands, and which options each of them knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sipladder {

// Groups of options; a command knows those of its groups and no other.
enum OptionGroup : uint32_t {
  kSourceOptions = 1,
  kSelectOptions = 2,
  kRowOptions = 4,
  kLadderOptions = 8,
  kExportOptions = 16,
  kListOption = 32,
  kSqlOptions = 64,
  kNatOptions = 128,
  kCheckOptions = 256,
  kExplainOptions = 512,
};

struct Command {
  std::string name;
  uint32_t groups = 0;
  std::string help;
  // A table: its columns when nobody asks for others, and which of them are left out first where
  // there is no room. Both empty: all columns.
  std::string columns;
  std::string least;
};

const std::vector<Command>& commands();
const Command* find_command(const std::string& name);

// --where is about calls, as in the terminal UI, or about the rows of another table.
bool where_is_about_calls(const std::string& command);

}  // namespace sipladder
