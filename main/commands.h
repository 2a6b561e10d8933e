// The commands: which options each of them knows, and what it prints. A command is a row in
// commands.cc, or a table (query/): each table is a command of its name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "export/ladder.h"
#include "main/check.h"
#include "main/options.h"

namespace sipladder {

// Groups of options. A command accepts the options of its groups and no other.
enum OptionGroup : uint32_t {
  kSourceOptions = 1,
  kSelectOptions = 2,
  kRowOptions = 4,
  kLadderOptions = 8,
  kExportOptions = 16,
  kListOption = 32,
  kNatOptions = 64,
  kCheckOptions = 128,
  kExplainOptions = 256,
  kRedactOptions = 512,
  kCompareOptions = 1024,
  kMcpOptions = 2048,
  kCaptureOptions = 4096,
};

// The content of files that options name. They are read once, before the capture.
struct Prepared {
  std::vector<HostAlias> aliases;
  CheckPlan check;
};

struct Command {
  std::string name;
  uint32_t groups = 0;
  std::string help;
  // Prints what was read of the sources; returns the exit status. Null: a command without sources,
  // which has tell() instead.
  int (*show)(Session&, const Options&, const Prepared&) = nullptr;
  int (*tell)(const Options&) = nullptr;
  bool about_calls = false;  // --where is a condition over calls, not over rows of a table
};

const std::vector<Command>& commands();
const Command* find_command(std::string_view name);  // null: there is none

// True: --where of this command is a condition over calls; false: over the rows of its table.
bool where_is_about_calls(std::string_view command);

}  // namespace sipladder
