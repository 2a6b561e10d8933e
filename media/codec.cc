#include "media/codec.h"

#include <opus/opus.h>
#include <spandsp.h>

#include <algorithm>

#include "decode/bytes.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr int kOpusRate = 16000;
constexpr size_t kMaxOpusSamples = kOpusRate * 120 / 1000;     // RFC 6716 2.1.4
constexpr size_t kGsmFrameBytes = 33, kGsmFrameSamples = 160;  // RFC 3551 4.5.8
constexpr unsigned kMaxChannels = 8;
constexpr uint32_t kMinClock = 4000, kMaxClock = 192'000;

template <auto Free>
struct Freeing {
  template <typename State>
  void operator()(State* state) const {
    Free(state);
  }
};
template <typename State, auto Free>
using Handle = std::unique_ptr<State, Freeing<Free>>;

size_t count_of(int samples) {
  return samples > 0 ? static_cast<size_t>(samples) : 0;
}

class G711Decoder : public VoiceDecoder {
 public:
  G711Decoder(int law, int rate) : VoiceDecoder(rate), state_(g711_init(nullptr, law)) {}

  size_t decode(std::string_view payload, std::span<int16_t> pcm) override {
    const size_t bytes = std::min(payload.size(), pcm.size());
    if (!state_ || bytes == 0) return 0;
    return count_of(
        g711_decode(state_.get(), pcm.data(), bytes_of(payload), static_cast<int>(bytes)));
  }

 private:
  Handle<g711_state_t, g711_free> state_;
};

class G722Decoder : public VoiceDecoder {
 public:
  G722Decoder() : VoiceDecoder(16000), state_(g722_decode_init(nullptr, 64000, 0)) {}

  size_t decode(std::string_view payload, std::span<int16_t> pcm) override {
    const size_t bytes = std::min(payload.size(), pcm.size() / 2);
    if (!state_ || bytes == 0) return 0;
    return count_of(
        g722_decode(state_.get(), pcm.data(), bytes_of(payload), static_cast<int>(bytes)));
  }

 private:
  Handle<g722_decode_state_t, g722_decode_free> state_;
};

class G726Decoder : public VoiceDecoder {
 public:
  G726Decoder(size_t bits, int packing, int rate)
      : VoiceDecoder(rate),
        bits_(bits),
        state_(g726_init(nullptr, static_cast<int>(bits) * 8000, G726_ENCODING_LINEAR, packing)) {}

  size_t decode(std::string_view payload, std::span<int16_t> pcm) override {
    if (!state_ || pcm.empty()) return 0;
    // The library keeps the bits of an unfinished code word for the next call, which then gives one
    // sample more.
    const size_t bytes = std::min(payload.size(), (pcm.size() - 1) * bits_ / 8);
    if (bytes == 0) return 0;
    return count_of(
        g726_decode(state_.get(), pcm.data(), bytes_of(payload), static_cast<int>(bytes)));
  }

 private:
  size_t bits_;
  Handle<g726_state_t, g726_free> state_;
};

class GsmDecoder : public VoiceDecoder {
 public:
  GsmDecoder() : VoiceDecoder(8000), state_(gsm0610_init(nullptr, GSM0610_PACKING_VOIP)) {}

  size_t decode(std::string_view payload, std::span<int16_t> pcm) override {
    // The library reads whole frames, whatever length it is told.
    const size_t frames = std::min(payload.size() / kGsmFrameBytes, pcm.size() / kGsmFrameSamples);
    if (!state_ || frames == 0) return 0;
    return count_of(gsm0610_decode(state_.get(), pcm.data(), bytes_of(payload),
                                   static_cast<int>(frames * kGsmFrameBytes)));
  }

 private:
  Handle<gsm0610_state_t, gsm0610_free> state_;
};

class OpusVoiceDecoder : public VoiceDecoder {
 public:
  OpusVoiceDecoder()
      : VoiceDecoder(kOpusRate), state_(opus_decoder_create(kOpusRate, 1, nullptr)) {}

  size_t decode(std::string_view payload, std::span<int16_t> pcm) override {
    // libopus takes an empty payload for a lost packet, and would conceal the loss.
    if (!state_ || payload.empty() || pcm.empty()) return 0;
    const size_t bytes = std::min<size_t>(payload.size(), 65'535);
    const size_t room = std::min(pcm.size(), kMaxOpusSamples);
    return count_of(opus_decode(state_.get(), bytes_of(payload), static_cast<opus_int32>(bytes),
                                pcm.data(), static_cast<int>(room), 0));
  }

 private:
  Handle<OpusDecoder, opus_decoder_destroy> state_;
};

class L16Decoder : public VoiceDecoder {  // RFC 3551 4.5.11: network byte order, interleaved
 public:
  L16Decoder(int rate, unsigned channels) : VoiceDecoder(rate), channels_(channels) {}

  size_t decode(std::string_view payload, std::span<int16_t> pcm) override {
    const uint8_t* at = bytes_of(payload);
    const size_t samples = std::min(payload.size() / (2 * channels_), pcm.size());
    for (int16_t& sample : pcm.first(samples)) {
      int sum = 0;
      for (unsigned channel = 0; channel < channels_; channel++, at += 2) {
        sum += static_cast<int16_t>(be16(at));
      }
      sample = static_cast<int16_t>(sum / static_cast<int>(channels_));
    }
    return samples;
  }

 private:
  unsigned channels_;
};

using Made = std::unique_ptr<VoiceDecoder>;

int rate_or(uint32_t clock_hz, int usual) {
  return clock_hz == 0 ? usual : static_cast<int>(clock_hz);
}

Made decode_pcmu(uint32_t clock_hz, unsigned channels) {
  return channels > 1 ? nullptr : std::make_unique<G711Decoder>(G711_ULAW, rate_or(clock_hz, 8000));
}

Made decode_pcma(uint32_t clock_hz, unsigned channels) {
  return channels > 1 ? nullptr : std::make_unique<G711Decoder>(G711_ALAW, rate_or(clock_hz, 8000));
}

Made decode_g722(uint32_t, unsigned channels) {
  return channels > 1 ? nullptr : std::make_unique<G722Decoder>();
}

Made decode_gsm(uint32_t, unsigned channels) {
  return channels > 1 ? nullptr : std::make_unique<GsmDecoder>();
}

Made decode_opus(uint32_t, unsigned) {
  return std::make_unique<OpusVoiceDecoder>();
}

Made decode_l16(uint32_t clock_hz, unsigned channels) {
  if (channels > kMaxChannels) return nullptr;
  return std::make_unique<L16Decoder>(rate_or(clock_hz, 44'100), std::max(channels, 1U));
}

// RFC 3551 4.5.4: "G726-32" has the first code word in the least significant bits, "AAL2-G726-32"
// in the most significant ones.
template <size_t kKilobits>
Made decode_g726(uint32_t clock_hz, unsigned channels) {
  if (channels > 1) return nullptr;
  return std::make_unique<G726Decoder>(kKilobits / 8, G726_PACKING_RIGHT, rate_or(clock_hz, 8000));
}

template <size_t kKilobits>
Made decode_aal2_g726(uint32_t clock_hz, unsigned channels) {
  if (channels > 1) return nullptr;
  return std::make_unique<G726Decoder>(kKilobits / 8, G726_PACKING_LEFT, rate_or(clock_hz, 8000));
}

using enum FigureBasis;
constexpr auto none = nullptr;
constexpr std::nullopt_t unrated = std::nullopt;
constexpr CodecImpairment rated(double ie, double bpl, FigureBasis basis) {
  return {ie, bpl, basis, false};
}
constexpr CodecImpairment wideband(double ie, double bpl, FigureBasis basis) {
  return {ie, bpl, basis, true};
}

constexpr Codec kCodecs[] = {
#define CODEC(encoding, frame_ms, decoder, impairment) {encoding, frame_ms, decoder, impairment},
#include "media/codecs.def"
#undef CODEC
};

}  // namespace

std::span<const Codec> codecs() {
  return kCodecs;
}

const Codec* find_codec(std::string_view encoding) {
  const auto* const found =
      std::find_if(std::begin(kCodecs), std::end(kCodecs),
                   [&](const Codec& one) { return equal_no_case(one.encoding, encoding); });
  return found == std::end(kCodecs) ? nullptr : found;
}

const CodecImpairment* codec_impairment(std::string_view encoding) {
  const Codec* codec = find_codec(encoding);
  return codec != nullptr && codec->impairment ? &*codec->impairment : nullptr;
}

std::unique_ptr<VoiceDecoder> make_voice_decoder(std::string_view encoding, uint32_t clock_hz,
                                                 unsigned channels) {
  if (clock_hz != 0 && (clock_hz < kMinClock || clock_hz > kMaxClock)) return nullptr;
  const Codec* codec = find_codec(encoding);
  const bool decodable = codec != nullptr && codec->make_decoder != nullptr;
  return decodable ? codec->make_decoder(clock_hz, channels) : nullptr;
}

}  // namespace sipladder
