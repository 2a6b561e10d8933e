// Tones, and encoders for every codec that can be decoded: what a sender puts into RTP.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sipladder::build {

// When a stream begins, and how much time one of its packets holds.
inline constexpr int64_t kStartNs = 1'700'000'000'000'000'000;
inline constexpr int64_t kPacketNs = 20'000'000;

using Pcm = std::vector<int16_t>;
using Encode = std::function<std::string(const Pcm&)>;  // keeps its state from packet to packet

// `amplitude` 10362 gives -13 dBov: 20 log10(10362 / 32768) - 3.
Pcm tone(size_t samples, int rate, double amplitude, size_t offset = 0, double hz = 440);

struct Codec {
  const char* name;
  uint32_t clock_hz;  // of RTP
  int encoder_rate;
  int decoded_rate;
  Encode (*make)();
};
extern const std::vector<Codec> kCodecs;

Encode l16();
Encode g711(int law);                    // of spandsp: G711_ULAW, G711_ALAW
Encode g726(int bit_rate, int packing);  // G726_PACKING_RIGHT, G726_PACKING_LEFT

}  // namespace sipladder::build
