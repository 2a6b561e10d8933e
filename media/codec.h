// Facts about voice codecs, and decoders from RTP payloads to 16-bit PCM, by libspandsp and
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

  // Sample rate of the output in Hz. It can differ from the RTP clock: G.722 has 16000 at clock
  // 8000 (RFC 3551 section 4.5.2), and Opus is decoded to 16000 at clock 48000 (RFC 7587 section
  // 4.1).
  int sample_rate() const { return sample_rate_; }

 private:
  int sample_rate_;
};

enum class FigureBasis : uint8_t {
  published,         // Ie and Bpl are in ITU-T G.113
  partly_published,  // only Ie is; Bpl is assumed to be that of another codec (codecs.def)
};
// What a codec contributes to the E-model (ITU-T G.107).
struct CodecImpairment {
  double ie;   // equipment impairment without loss
  double bpl;  // packet-loss robustness
  FigureBasis basis;
  bool wideband;  // on the scale of G.107.1, Ie,wb of G.113 Appendix IV
};

// A row of codecs.def.
struct Codec {
  std::string_view encoding;  // as SDP names it
  double frame_ms;            // length of a frame; 0: no frames, or of several lengths
  std::unique_ptr<VoiceDecoder> (*make_decoder)(uint32_t clock_hz, unsigned channels);  // or null
  std::optional<CodecImpairment> impairment;
};
std::span<const Codec> codecs();  // all rows, static
// Finds a row by the name in SDP, in any case. Null: there is no row (EVS, iLBC, ...).
const Codec* find_codec(std::string_view encoding);
// Null: no figures are published, so there can be no MOS (Opus, iLBC, EVS, L16).
const CodecImpairment* codec_impairment(std::string_view encoding);

// Makes a decoder. `clock_hz` 0: the usual clock of the codec. Several channels, which L16 and Opus
// can have, are mixed to one. Null: the codec cannot be decoded here.
std::unique_ptr<VoiceDecoder> make_voice_decoder(std::string_view encoding, uint32_t clock_hz,
                                                 unsigned channels);

}  // namespace sipladder
