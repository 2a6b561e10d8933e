// Whether there is anything to hear: mean square over the samples, against a threshold. For G.711
// (ITU-T G.711) in the only way that the packet path can afford, by tables of spandsp's decoding.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sipladder {

// Codecs of loudness_of_payload().
inline bool is_heard_in_passing(uint8_t payload_type) {
  return payload_type == 0 || payload_type == 8;
}

// Mean square of the samples, its constant part left out: 0 for the same sample all the way.
uint32_t loudness_of(std::span<const int16_t> pcm);

// The same of a payload, in which a constant part stays; of a loud one it is enough to know that.
// nullopt when the payload type is neither PCMU (0) nor PCMA (8).
std::optional<uint32_t> loudness_of_payload(uint8_t payload_type, std::string_view payload);

// Of a mean square: below -60 dBov, a thousandth of full scale.
inline constexpr uint32_t kAudibleSquare = 33 * 33;
inline bool is_silent(uint32_t mean_square) {
  return mean_square < kAudibleSquare;
}

// In dBov (ITU-T G.100.1), rounded; nullopt for digital silence.
std::optional<int> dbov_of(uint32_t mean_square);

}  // namespace sipladder
