#include "correlate/rtp/voice_heard.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "correlate/model/hash.h"
#include "correlate/rtp/stream_figures.h"
#include "decode/media.h"
#include "media/codec.h"
#include "media/loudness.h"

namespace sipladder {
namespace {

constexpr uint32_t kLeastRuns = 5;

// Decodes packets of a stream, one after the other.
class Listener {
 public:
  Listener(const StreamRecord& stream, const OpenedPackets& packets, std::string_view encoding)
      : stream_(stream), packets_(packets), encoding_(encoding) {
    begin();
  }

  bool can_decode() const { return decoder_ != nullptr; }
  void begin() { decoder_ = make_voice_decoder(encoding_, stream_.clock_hz, 1); }

  // Mean square of the samples of packet `index`; none when it cannot be read or is not of the
  // stream's voice.
  std::optional<uint32_t> loudness(uint32_t index) {
    RtpHeader rtp;
    if (!packets_.read(index, &bytes_) || !parse_rtp(bytes_, &rtp)) return std::nullopt;
    if (is_heard_in_passing(rtp.payload_type))
      return loudness_of_payload(rtp.payload_type, rtp.payload);
    if (rtp.payload_type != stream_.payload_type || rtp.ssrc != stream_.ssrc) return std::nullopt;
    const size_t size = decoder_->decode(rtp.payload, pcm_);
    if (size == 0) return std::nullopt;
    return loudness_of({pcm_.data(), size});
  }
  // Hash of the payload of packet `index`; none when it cannot be read or is no voice.
  std::optional<uint64_t> payload_hash(uint32_t index) {
    RtpHeader rtp;
    if (!packets_.read(index, &bytes_) || !parse_rtp(bytes_, &rtp) || !is_voice(rtp))
      return std::nullopt;
    return hash_text(rtp.payload);
  }

 private:
  const StreamRecord& stream_;
  const OpenedPackets& packets_;
  std::string_view encoding_;
  std::unique_ptr<VoiceDecoder> decoder_;
  std::string bytes_;
  std::array<int16_t, kMaxPcmSamples> pcm_{};
};

struct Runs {
  uint32_t decoded = 0;
  uint32_t silent = 0;
};

// Listens to short runs of packets. The last packet of a run decides: by then the decoder has
// reached the state of the sender.
Runs listen_to_runs(Listener& listener, uint32_t packets) {
  constexpr uint32_t kRun = 3;
  constexpr uint32_t kMostRuns = 24;
  constexpr uint32_t kStep = 24;
  Runs runs;
  const uint32_t step = std::max(kStep, packets / kMostRuns);
  for (uint32_t begin = 0; begin + kRun <= packets; begin += step) {
    listener.begin();
    std::optional<uint32_t> loudness;
    for (uint32_t i = begin; i < begin + kRun; i++) loudness = listener.loudness(i);
    if (!loudness) continue;
    runs.decoded++;
    if (is_silent(*loudness)) runs.silent++;
  }
  return runs;
}

const VoicePlaces* places_of(const Model& model, StreamId id) {
  const auto found = model.voice_places.find(id.value);
  return found == model.voice_places.end() ? nullptr : &found->second;
}

OpenedPackets packets_at(const VoicePlaces& places, const PacketLog& log) {
  return {places.count(), 0,
          [&](uint32_t index, std::string* packet) { return log.read(places.ref(index), packet); }};
}

// Listens to the stream from its beginning with one decoder, until something is heard.
void listen_to_all(Listener& listener, uint32_t packets, Listening* listening) {
  listener.begin();
  for (uint32_t i = 0; i < packets && !listening->audible; i++) {
    const auto loudness = listener.loudness(i);
    if (!loudness) continue;
    listening->decoded++;
    listening->loudness = std::max(listening->loudness, *loudness);
    listening->audible = !is_silent(*loudness);
  }
}

}  // namespace

Heard heard_of(const Model& model, const PacketLog& log, StreamId id, std::string_view encoding) {
  const StreamRecord& stream = model.streams[id];
  Heard heard{false, stream.level_samples, stream.silent_samples};
  if (is_heard_in_passing(stream.payload_type)) {
    heard.known = true;
    return heard;
  }
  const VoicePlaces* const places = places_of(model, id);
  if (places == nullptr) return heard;
  const OpenedPackets packets = packets_at(*places, log);
  Listener listener(stream, packets, encoding);
  if (!listener.can_decode()) return heard;
  const Runs runs = listen_to_runs(listener, places->count());
  if (runs.decoded < kLeastRuns) return heard;
  heard.known = true;
  const uint64_t unknown = stream.level_samples - stream.silent_samples;
  heard.silent += static_cast<uint32_t>(unknown * runs.silent / runs.decoded);
  return heard;
}

Listening listen_to(const Model& model, const PacketLog& log, StreamId id,
                    std::string_view encoding) {
  const StreamRecord& stream = model.streams[id];
  const VoiceListened& passing = stream.listened;
  Listening listening{passing.audible, passing.decoded, 0, passing.others, passing.loudness};
  const uint32_t left = stream.packets - passing.decoded - passing.others;
  if (listening.audible || left == 0) return listening;
  const VoicePlaces* const places = places_of(model, id);
  // A packet that was cut, or whose place was not kept, may have been audible.
  listening.audible = places == nullptr || places->count() < left;
  if (listening.audible) return listening;
  const OpenedPackets packets = packets_at(*places, log);
  Listener listener(stream, packets, encoding);
  if (listener.can_decode()) {
    const Runs runs = listen_to_runs(listener, places->count());
    listening.audible = runs.silent < runs.decoded;
    if (!listening.audible) listen_to_all(listener, places->count(), &listening);
    listening.audible |= listening.decoded < passing.decoded + left;
  } else {
    constexpr uint32_t kMostChanged = 10;  // one in so many
    const uint32_t changes = passing.changes == 0 ? 0 : passing.changes - 1U;
    listening.repeated = left - std::min(left, changes);
    listening.audible = passing.changes > kUnsteadyChanges || changes * kMostChanged > left;
  }
  return listening;
}

// G.711: one packet in five, as for media that is not encrypted. Other codecs: runs of packets.
Heard heard_in(const StreamRecord& stream, const OpenedPackets& packets,
               std::string_view encoding) {
  constexpr uint32_t kEvery = 5;
  Listener listener(stream, packets, encoding);
  Heard heard{false, packets.count, packets.others};
  if (!listener.can_decode()) return heard;
  Runs runs;
  if (is_heard_in_passing(stream.payload_type)) {
    for (uint32_t i = 0; i < packets.count; i += kEvery) {
      const auto loudness = listener.loudness(i);
      if (!loudness) continue;
      runs.decoded++;
      if (is_silent(*loudness)) runs.silent++;
    }
  } else {
    runs = listen_to_runs(listener, packets.count);
  }
  heard.known = runs.decoded >= kLeastRuns;
  if (!heard.known) return heard;
  const uint64_t voice = packets.count - std::min(packets.count, packets.others);
  heard.silent += static_cast<uint32_t>(voice * runs.silent / runs.decoded);
  return heard;
}

Listening listen_in(const StreamRecord& stream, const OpenedPackets& packets,
                    std::string_view encoding) {
  Listener listener(stream, packets, encoding);
  Listening listening;
  listening.others = packets.others;
  if (listener.can_decode()) {
    const Runs runs = listen_to_runs(listener, packets.count);
    listening.audible = runs.silent < runs.decoded;
    if (!listening.audible) listen_to_all(listener, packets.count, &listening);
    return listening;
  }
  constexpr uint32_t kMostChanged = 10;  // one in so many
  uint32_t changes = 0, voice = 0;
  std::optional<uint64_t> before;
  for (uint32_t i = 0; i < packets.count && changes <= kUnsteadyChanges; i++) {
    const auto hash = listener.payload_hash(i);
    if (!hash) continue;
    voice++;
    if (before && hash != before) changes++;
    before = hash;
  }
  listening.repeated = voice - std::min(voice, changes);
  listening.audible = changes > kUnsteadyChanges || changes * kMostChanged > voice;
  return listening;
}

}  // namespace sipladder
