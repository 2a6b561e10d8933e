// Link types by number: https://www.tcpdump.org/linktypes.html
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

bool is_decoded_link(uint16_t link_type);
// "IEEE 802.15.4"; empty for a number that has no well-known name.
std::string_view link_type_name(uint16_t link_type);

}  // namespace sipladder
