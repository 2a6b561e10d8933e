// What is known of voice codecs; and payloads of one RTP stream to 16-bit PCM, by libspandsp and
// libopus.
//
// A decoder belongs to one stream and one thread: it keeps the codec's state from payload to
// payload. No payload, however malformed, makes it read or write out of bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

enum class FigureBasis : uint8_t {
  published,         // both figures are in ITU-T G.113
  partly_published,  // Ie is, Bpl is assumed: codecs.def says after which codec
};
struct CodecImpairment {
  double ie;   // equipment impairment without loss
  double bpl;  // packet-loss robustness
  FigureBasis basis;
  bool wideband;  // on the scale of G.107.1, Ie,wb of G.113 Appendix IV
};

// A row of codecs.def.
struct Codec {
  std::string_view encoding;  // as SDP names it
  double frame_ms;            // 0: it has no frames, or several lengths
  std::unique_ptr<VoiceDecoder> (*make_decoder)(uint32_t clock_hz, unsigned channels);  // or null
  std::optional<CodecImpairment> impairment;
};
std::span<const Codec> codecs();
// By its name, case-insensitive. Null: there is no row for it (EVS, iLBC, ...).
const Codec* find_codec(std::string_view encoding);
// Null: nothing is published of it, and no MOS is given (Opus, iLBC, EVS, L16).
const CodecImpairment* codec_impairment(std::string_view encoding);

// `clock_hz` 0: the usual one. Several channels, possible for L16 and Opus, are mixed to one. Null:
// not decodable here.
std::unique_ptr<VoiceDecoder> make_voice_decoder(std::string_view encoding, uint32_t clock_hz,
                                                 unsigned channels);

}  // namespace sipladder
