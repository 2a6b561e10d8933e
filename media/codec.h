// Payloads of one RTP stream to 16-bit PCM, by libspandsp and libopus.
//
// A decoder belongs to one stream and one thread: it keeps the codec's state from payload to
// payload. No payload, however malformed, makes it read or write out of bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sipladder {

// Enough for 120 ms, the longest Opus packet, of anything at 48 kHz.
inline constexpr size_t kMaxPcmSamples = 5760;

class VoiceDecoder {
 public:
  explicit VoiceDecoder(int sample_rate) : sample_rate_(sample_rate) {}
  VoiceDecoder(const VoiceDecoder&) = delete;
  VoiceDecoder& operator=(const VoiceDecoder&) = delete;
  virtual ~VoiceDecoder() = default;

  // One payload, without RTP header and padding. Returns the mono samples written; what does not
  // fit in `pcm` is dropped. 0: nothing decodable (empty, too short, malformed).
  virtual size_t decode(std::string_view payload, std::span<int16_t> pcm) = 0;

  // Of the samples in Hz. Not always the RTP clock: G.722 has 16000 at clock 8000 (RFC 3551
  // 4.5.2), Opus is decoded to 16000 at clock 48000 (RFC 7587 4.1).
  int sample_rate() const { return sample_rate_; }

 private:
  int sample_rate_;
};

// By the encoding name of SDP (RFC 3551, RFC 4856), case-insensitive: PCMU, PCMA, G722, GSM, L16,
// opus, G726-16/24/32/40, AAL2-G726-16/24/32/40 and G721. `clock_hz` 0: the usual one. Several
// channels, possible for L16 and Opus, are mixed to one.
// Null: not decodable here (AMR, EVS, iLBC, G.729, G.723.1, ...).
std::unique_ptr<VoiceDecoder> make_voice_decoder(std::string_view encoding, uint32_t clock_hz,
                                                 unsigned channels);

}  // namespace sipladder
