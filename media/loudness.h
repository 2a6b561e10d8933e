// Whether there is anything to hear: mean square over the samples, against a threshold. For G.711
// (ITU-T G.711) in the only way that the packet path can afford, by tables of spandsp's decoding.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sipladder {

// Codecs of is_silent_payload().
inline bool is_heard_in_passing(uint8_t payload_type) {
  return payload_type == 0 || payload_type == 8;
}

// True below -60 dBov, its constant part left out.
bool is_silent(std::span<const int16_t> pcm);

// True when there is nothing to hear: below -60 dBov, or the same sample all the way. nullopt when
// the payload type is neither PCMU (0) nor PCMA (8).
std::optional<bool> is_silent_payload(uint8_t payload_type, std::string_view payload);

}  // namespace sipladder
