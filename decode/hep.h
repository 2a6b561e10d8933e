// Private to decode/: HEP, the protocol in which SIP servers copy their messages to a collector.
#pragma once

#include "decode/layers.h"

namespace sipladder {

bool is_hep3(std::string_view bytes);
// Any version. Versions 1 and 2 have no magic number: the header must be plausible and SIP must
// follow it.
bool is_hep(std::string_view bytes);

// Length of the HEPv3 packet that begins with `bytes`, as its header says. At least 6 bytes must be
// there.
size_t hep3_length(std::string_view bytes);

// Decodes one whole packet of any version. The datagram inside has the addresses and the time that
// the packet states.
Fate decode_hep(Layers& layers, const View& view);

}  // namespace sipladder
