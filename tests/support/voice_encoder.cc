#include "tests/support/voice_encoder.h"

#include <opus/opus.h>
#include <spandsp.h>

#include <cmath>
#include <memory>
#include <numbers>

#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

template <typename State, typename EncodeFunction>
std::string encode_with(State* state, EncodeFunction encode, const Pcm& pcm) {
  std::string bytes(pcm.size() * 2 + 64, '\0');
  const int size = encode(state, reinterpret_cast<uint8_t*>(bytes.data()), pcm.data(),
                          static_cast<int>(pcm.size()));
  bytes.resize(static_cast<size_t>(std::max(size, 0)));
  return bytes;
}

Encode g722() {
  const std::shared_ptr<g722_encode_state_t> state(g722_encode_init(nullptr, 64000, 0),
                                                   g722_encode_free);
  return [state](const Pcm& pcm) { return encode_with(state.get(), g722_encode, pcm); };
}
Encode gsm() {
  const std::shared_ptr<gsm0610_state_t> state(gsm0610_init(nullptr, GSM0610_PACKING_VOIP),
                                               gsm0610_free);
  return [state](const Pcm& pcm) { return encode_with(state.get(), gsm0610_encode, pcm); };
}
Encode opus() {
  const std::shared_ptr<OpusEncoder> state(
      opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, nullptr), opus_encoder_destroy);
  return [state](const Pcm& pcm) {
    std::string bytes(1500, '\0');
    const int size =
        opus_encode(state.get(), pcm.data(), static_cast<int>(pcm.size()),
                    reinterpret_cast<uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
    bytes.resize(static_cast<size_t>(std::max(size, 0)));
    return bytes;
  };
}

}  // namespace

Encode g711(int law) {
  const std::shared_ptr<g711_state_t> state(g711_init(nullptr, law), g711_free);
  return [state](const Pcm& pcm) { return encode_with(state.get(), g711_encode, pcm); };
}
Encode g726(int bit_rate, int packing) {
  const std::shared_ptr<g726_state_t> state(
      g726_init(nullptr, bit_rate, G726_ENCODING_LINEAR, packing), g726_free);
  return [state](const Pcm& pcm) { return encode_with(state.get(), g726_encode, pcm); };
}

Pcm tone(size_t samples, int rate, double amplitude, size_t offset, double hz) {
  Pcm pcm;
  for (size_t i = 0; i < samples; i++) {
    const double phase = 2 * std::numbers::pi * hz * static_cast<double>(i + offset) / rate;
    pcm.push_back(static_cast<int16_t>(std::lround(amplitude * std::sin(phase))));
  }
  return pcm;
}

Encode l16() {
  return [](const Pcm& pcm) {
    std::string bytes;
    for (const int16_t sample : pcm) bytes += build::number16(static_cast<uint16_t>(sample));
    return bytes;
  };
}
const std::vector<Codec> kCodecs = {
    {"PCMU", 8000, 8000, 8000, [] { return g711(G711_ULAW); }},
    {"pcma", 8000, 8000, 8000, [] { return g711(G711_ALAW); }},
    {"G722", 8000, 16000, 16000, g722},
    {"GSM", 8000, 8000, 8000, gsm},
    {"L16", 16000, 16000, 16000, l16},
    {"opus", 48000, 48000, 16000, opus},
    {"G726-24", 8000, 8000, 8000, [] { return g726(24000, G726_PACKING_RIGHT); }},
    {"G726-32", 8000, 8000, 8000, [] { return g726(32000, G726_PACKING_RIGHT); }},
    {"G726-40", 8000, 8000, 8000, [] { return g726(40000, G726_PACKING_RIGHT); }},
    {"AAL2-G726-32", 8000, 8000, 8000, [] { return g726(32000, G726_PACKING_LEFT); }},
    {"AAL2-G726-40", 8000, 8000, 8000, [] { return g726(40000, G726_PACKING_LEFT); }},
};

}  // namespace sipladder::build
