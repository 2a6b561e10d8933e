// The commands: which options each of them knows, and what it prints. A command is a row here, or a
// table (query/), which is a command of its name by itself.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "export/ladder.h"
#include "main/check.h"
#include "main/options.h"

namespace sipladder {

// Groups of options; a command knows those of its groups and no other.
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

// What files that options name hold: read once, before the capture.
struct Prepared {
  std::vector<HostAlias> aliases;
  CheckPlan check;
};

struct Command {
  std::string name;
  uint32_t groups = 0;
  std::string help;
  // Prints what was read of the sources. Null: a command without sources.
  int (*show)(Session&, const Options&, const Prepared&) = nullptr;
  int (*tell)(const Options&) = nullptr;  // of such a command
  bool about_calls = false;               // --where is about calls, as in the terminal UI
};

const std::vector<Command>& commands();
const Command* find_command(std::string_view name);

// --where is about calls, or about the rows of another table.
bool where_is_about_calls(std::string_view command);

}  // namespace sipladder
