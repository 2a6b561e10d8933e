// The display filter of Wireshark that shows the chosen calls: their SIP by Call-ID, their media by
// addresses and ports.
#pragma once

#include <string>

#include "export/exporters.h"

namespace sipladder {

// One line. With `request.sessions`, the other legs of the calls are shown too.
std::string wireshark_filter(const ExportRequest& request);

}  // namespace sipladder
