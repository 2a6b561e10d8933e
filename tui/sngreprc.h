// sngrep's configuration file, as far as this terminal UI has what it sets: columns, names of
// hosts, keys, colours. Lines that mean nothing here are left alone, as sngrep does.
#pragma once

#include <string>
#include <string_view>

#include "tui/ui.h"

namespace sipladder {

// The text of one file; later files go before earlier ones.
void read_sngreprc(std::string_view text, Ui* ui);

// Those that are read without being named: /etc/sngreprc, then $SNGREPRC or ~/.sngreprc.
std::vector<std::string> usual_sngreprc();

}  // namespace sipladder
