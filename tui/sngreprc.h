// Reads sngrep's configuration file: columns, names of hosts, keys, colours. Settings that this
// terminal UI does not have are ignored, as sngrep ignores unknown ones.
#pragma once

#include <string>
#include <string_view>

#include "tui/ui.h"

namespace sipladder {

// Takes the text of one file into *ui. A later file overrides an earlier one.
void read_sngreprc(std::string_view text, Ui* ui);

// The files that are read without being named: /etc/sngreprc, then $SNGREPRC or ~/.sngreprc.
std::vector<std::string> usual_sngreprc();

}  // namespace sipladder
