// Names that the user gives hosts, and the methods that a ladder can leave out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decode/sip_message.h"
#include "export/ladder.h"

namespace sipladder {

// From lines "ADDRESS[:PORT] NAME", "#" begins a comment; as /etc/hosts. False with a sentence in
// *wrong: a file that cannot be read, or a line that is none (then *unreadable stays false).
bool read_aliases(const std::string& path, std::vector<HostAlias>* aliases, std::string* wrong,
                  bool* unreadable);

Method method_called(std::string_view name);  // whatever its case; unknown for others
std::vector<std::string> method_names();

}  // namespace sipladder
