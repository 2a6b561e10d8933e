// Replaces voice in RTP so that nobody can hear what was said, while the capture shows the same
// faults: audible packets become noise, ringback stays a tone, silence stays silence, DTMF digits
// become other digits. Sizes and headers stay.
//
// Threads: one. Bounds: kMostStreams streams get a decoder; packets of further streams whose
// loudness only a decoder could tell are taken for audible. kMostCodecs codecs of SDP are kept.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decode/address.h"
#include "export/redact/keyed_hash.h"
#include "export/redact/replacer.h"
#include "media/codec.h"

namespace sipladder {

// Payload becomes noise of the same size (zero), is cut off (drop), or stays (keep).
enum class MediaMode : uint8_t { zero, drop, keep };

class MediaFill {
 public:
  MediaFill(const Replacer& replacer, MediaMode mode) : replacer_(replacer), mode_(mode) {}

  // Learns the codecs of dynamic payload types from the SDP of a message.
  void learn(std::string_view sip_message);
  // Redacts an RTP packet in place. Packets must come in capture order. `src`, `dst`: the ends
  // before they are replaced. Returns how many of its bytes stay in the packet (fewer than all:
  // MediaMode::drop).
  size_t packet(std::span<uint8_t> rtp, const Endpoint& src, const Endpoint& dst);

 private:
  struct Codec {
    std::string encoding;
    uint32_t clock_hz = 0;
  };
  struct Stream {
    std::unique_ptr<VoiceDecoder> decoder;  // null: not decodable here
    double phase = 0;                       // of the tone
  };
  static constexpr size_t kMostStreams = 4096;
  static constexpr size_t kMostCodecs = 1 << 20;

  Stream& stream_of(const Endpoint& src, const Endpoint& dst, uint32_t ssrc, uint8_t type);
  bool is_silent_payload(Stream& stream, uint8_t type, std::string_view payload);
  void fill(Stream& stream, uint8_t type, std::span<uint8_t> payload);
  void fill_tone(Stream& stream, uint8_t type, std::span<uint8_t> payload);

  const Replacer& replacer_;
  MediaMode mode_;
  absl::flat_hash_map<uint64_t, Codec> codecs_;  // by address, port and payload type
  absl::flat_hash_map<uint64_t, Stream> streams_;
  Stream other_;
  std::array<int16_t, kMaxPcmSamples> pcm_{};
};

}  // namespace sipladder
