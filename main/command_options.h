// The options of each command, with their help: one line for each option.
#pragma once

#include <cstdint>
#include <string>

#include "main/option_values.h"

namespace CLI {
class App;
}

namespace sipladder {

// Adds the options of these groups (OptionGroup in commands.h) to `app`. What it parses goes to
// *options and *texts, which must outlive it. `command`: its name, empty for `sipladder` alone.
void add_options(CLI::App& app, uint32_t groups, const std::string& command, Options* options,
                 OptionTexts* texts);

}  // namespace sipladder
