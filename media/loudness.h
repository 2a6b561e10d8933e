// Tells whether there is anything to hear, by the mean square of the samples and a threshold. For
// G.711 this is done for every packet, by tables made with spandsp. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sipladder {

// Whether loudness_of_payload() knows the payload type: PCMU or PCMA.
inline bool is_heard_in_passing(uint8_t payload_type) {
  return payload_type == 0 || payload_type == 8;
}

// Mean square of the samples without their constant part (DC): 0 if all samples are the same.
uint32_t loudness_of(std::span<const int16_t> pcm);

// Likewise for a payload, but a constant part counts unless all bytes are the same. Of a loud
// payload only the first bytes are looked at, so the result is exact only below kAudibleSquare.
// nullopt when the payload is empty, or its type is neither PCMU (0) nor PCMA (8).
std::optional<uint32_t> loudness_of_payload(uint8_t payload_type, std::string_view payload);

// A mean square below -60 dBov, which is a thousandth of full scale, counts as silent.
inline constexpr uint32_t kAudibleSquare = 33 * 33;
inline bool is_silent(uint32_t mean_square) {
  return mean_square < kAudibleSquare;
}

// A mean square in dBov (ITU-T G.100.1), rounded; nullopt for digital silence.
std::optional<int> dbov_of(uint32_t mean_square);

}  // namespace sipladder
