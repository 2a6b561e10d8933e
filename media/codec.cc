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
    // The library keeps the bits of an unfinished code word for the next call: room for one more.
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
    // libopus takes an empty payload as a lost one and makes up for it.
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

// RFC 3551 4.5.4: "G726-32" has the first code word in the least significant bits, "AAL2-G726-32"
// in the most significant ones.
std::unique_ptr<VoiceDecoder> make_g726(std::string_view encoding, int rate) {
  static constexpr std::string_view kNames[] = {"G726-16", "G726-24", "G726-32", "G726-40"};
  const bool aal2 = encoding.size() > 5 && equal_no_case(encoding.substr(0, 5), "AAL2-");
  const std::string_view name = aal2 ? encoding.substr(5) : encoding;
  const int packing = aal2 ? G726_PACKING_LEFT : G726_PACKING_RIGHT;
  for (size_t bits = 2; bits <= 5; bits++) {
    if (equal_no_case(name, kNames[bits - 2])) {
      return std::make_unique<G726Decoder>(bits, packing, rate);
    }
  }
  if (equal_no_case(encoding, "G721")) {
    return std::make_unique<G726Decoder>(4, G726_PACKING_RIGHT, rate);
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<VoiceDecoder> make_voice_decoder(std::string_view encoding, uint32_t clock_hz,
                                                 unsigned channels) {
  const auto is = [encoding](std::string_view name) { return equal_no_case(encoding, name); };
  if (clock_hz != 0 && (clock_hz < kMinClock || clock_hz > kMaxClock)) return nullptr;
  if (is("opus")) return std::make_unique<OpusVoiceDecoder>();
  if (is("L16")) {
    const int rate = clock_hz == 0 ? 44'100 : static_cast<int>(clock_hz);
    return channels <= kMaxChannels ? std::make_unique<L16Decoder>(rate, std::max(channels, 1U))
                                    : nullptr;
  }
  if (channels > 1) return nullptr;
  const int rate = clock_hz == 0 ? 8000 : static_cast<int>(clock_hz);
  if (is("PCMU")) return std::make_unique<G711Decoder>(G711_ULAW, rate);
  if (is("PCMA")) return std::make_unique<G711Decoder>(G711_ALAW, rate);
  if (is("G722")) return std::make_unique<G722Decoder>();
  if (is("GSM")) return std::make_unique<GsmDecoder>();
  return make_g726(encoding, rate);
}

}  // namespace sipladder
