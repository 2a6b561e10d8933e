// Link types by number: https://www.tcpdump.org/linktypes.html
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

bool is_decoded_link(uint16_t link_type);  // by decode_link()
// The name of a link type that is not decoded, such as "IEEE 802.15.4"; empty when none is known.
std::string_view link_type_name(uint16_t link_type);

}  // namespace sipladder
