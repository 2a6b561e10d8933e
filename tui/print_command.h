// The command line that prints what a view shows, for a report or a script.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tui/ui.h"

namespace sipladder {

inline constexpr std::string_view kNoCommand =
    "the packets are in no file that a command could read again";

// "sipladder ladder trace.pcap --call 2". `command`: one that chooses calls; `calls`: empty: all.
// `options` are appended as they are. Empty: the packets are in no file that could be read again.
std::string print_command(const Ui& ui, std::string_view command, const std::vector<CallId>& calls,
                          const std::string& options = {});

// The text as one word of a shell.
std::string quoted_word(std::string_view text);

}  // namespace sipladder
