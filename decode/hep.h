// Private to decode/: HEP, the protocol in which SIP servers copy their messages to a collector.
#pragma once

#include "decode/layers.h"

namespace sipladder {

bool is_hep3(std::string_view bytes);
// v1 and v2 have no magic: the header must be plausible and SIP must follow.
bool is_hep(std::string_view bytes);

// Length of the HEPv3 packet at the beginning of `bytes`, which must be 6 at least.
size_t hep3_length(std::string_view bytes);

// One whole packet of any version; the inner datagram has the addresses and time that it states.
Fate decode_hep(Layers& layers, const View& view);

}  // namespace sipladder
