#include "correlate/voice_heard.h"

#include <array>
#include <memory>
#include <string>

#include "decode/media.h"
#include "media/codec.h"
#include "media/loudness.h"

namespace sipladder {
namespace {

constexpr uint32_t kMinRuns = 5;

struct Runs {
  uint32_t decoded = 0;
  uint32_t silent = 0;
};

// Samples of the packet, none when it cannot be read or is not of the stream's voice.
size_t decode(const PacketRef& ref, const PacketLog& log, const StreamRecord& stream,
              VoiceDecoder& decoder, std::span<int16_t> pcm) {
  std::string bytes;
  RtpHeader rtp;
  if (!log.read(ref, &bytes) || !parse_rtp(bytes, &rtp)) return 0;
  if (rtp.payload_type != stream.payload_type || rtp.ssrc != stream.ssrc) return 0;
  return decoder.decode(rtp.payload, pcm);
}

// The last packet of a run decides: by then the decoder has come to the sender's state.
Runs listen_to(const VoiceSamples& samples, const PacketLog& log, const StreamRecord& stream,
               std::string_view encoding) {
  Runs runs;
  std::array<int16_t, kMaxPcmSamples> pcm;
  for (uint32_t begin = 0; begin + VoiceSamples::kRun <= samples.count;
       begin += VoiceSamples::kRun) {
    const auto decoder = make_voice_decoder(encoding, stream.clock_hz, 1);
    if (decoder == nullptr) return {};
    size_t size = 0;
    for (uint32_t i = 0; i < VoiceSamples::kRun; i++) {
      size = decode(samples.refs[begin + i], log, stream, *decoder, pcm);
    }
    if (size == 0) continue;
    runs.decoded++;
    if (is_silent({pcm.data(), size})) runs.silent++;
  }
  return runs;
}

}  // namespace

Heard heard_of(const Model& model, const PacketLog& log, StreamId id, std::string_view encoding) {
  const StreamRecord& stream = model.streams[id];
  Heard heard{false, stream.level_samples, stream.silent_samples};
  if (is_heard_in_passing(stream.payload_type)) {
    heard.known = true;
    return heard;
  }
  const auto found = model.voice_samples.find(id.value);
  if (found == model.voice_samples.end()) return heard;
  const Runs runs = listen_to(found->second, log, stream, encoding);
  if (runs.decoded < kMinRuns) return heard;
  heard.known = true;
  const uint64_t unknown = stream.level_samples - stream.silent_samples;
  heard.silent += static_cast<uint32_t>(unknown * runs.silent / runs.decoded);
  return heard;
}

}  // namespace sipladder
