// The authentication key of a HEPv3 packet (chunk 0x000e of vendor 0).
#pragma once

#include <string_view>

namespace sipladder {

// Versions 1 and 2 have no key. The time that it takes tells nothing about the key.
bool has_hep_key(std::string_view packet, std::string_view key);

}  // namespace sipladder
