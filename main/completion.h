// Completion scripts for shells, made from the commands and options of the program.
#pragma once

#include <string>
#include <vector>

namespace sipladder {

struct OptionName {
  std::string name;  // "--where", "-c"
  std::string help;
  bool takes_value = false;
};

struct CommandOptions {
  std::string command;  // empty: the options without a command
  std::string help;
  std::vector<OptionName> options;
};

// `shell`: bash, zsh or fish; empty for any other.
std::string completion_script(const std::string& shell, const std::vector<CommandOptions>& all);

}  // namespace sipladder
