// How loud a G.711 payload is (ITU-T G.711), in the only way that the packet path can afford: mean
// square over the samples, against a threshold. Decoded by spandsp's tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sipladder {

// True when there is nothing to hear: below -60 dBov, or the same sample all the way. nullopt when
// the payload type is neither PCMU (0) nor PCMA (8).
std::optional<bool> is_silent_payload(uint8_t payload_type, std::string_view payload);

}  // namespace sipladder
