// Names that the user gives hosts, and the methods that a ladder can leave out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decode/sip_message.h"
#include "export/ladder.h"

namespace sipladder {

// Reads lines "ADDRESS[:PORT] NAME", like /etc/hosts; "#" begins a comment. False with a sentence
// in *wrong: the file cannot be read (*unreadable is set), or a line is wrong (*unreadable stays
// false).
bool read_aliases(const std::string& path, std::vector<HostAlias>* aliases, std::string* wrong,
                  bool* unreadable);

Method method_called(std::string_view name);  // in upper or lower case; Method::unknown: none
std::vector<std::string> method_names();

}  // namespace sipladder
