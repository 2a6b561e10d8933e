#include "correlate/audio/early_audio.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "decode/media.h"
#include "decode/sdp.h"
#include "media/codec.h"
#include "media/loudness.h"
#include "media/tone.h"

namespace sipladder {
namespace {

struct Sounds {
  uint32_t silent = 0, tone = 0, other = 0;  // runs of packets
  uint32_t all() const { return silent + tone + other; }
};

// The sound of one run of consecutive packets. Packets that cannot be read or opened are left out.
// `opener` is null when the stream is not encrypted.
std::vector<int16_t> decode_run(const PacketRef* refs, const PacketLog& log, SrtpOpener* opener,
                                const StreamRecord& stream, VoiceDecoder& decoder) {
  std::vector<int16_t> sound;
  std::array<int16_t, kMaxPcmSamples> pcm;
  for (uint32_t i = 0; i < EarlyVoice::kRun; i++) {
    std::string bytes, plain;
    RtpHeader rtp;
    if (!log.read(refs[i], &bytes)) continue;
    if (opener != nullptr && !opener->open(bytes, &plain)) continue;
    if (!parse_rtp(opener != nullptr ? plain : bytes, &rtp)) continue;
    if (rtp.payload_type != stream.payload_type || rtp.ssrc != stream.ssrc) continue;
    const size_t size = decoder.decode(rtp.payload, pcm);
    sound.insert(sound.end(), pcm.begin(), pcm.begin() + static_cast<std::ptrdiff_t>(size));
  }
  return sound;
}

Sounds listen_until(const Model& model, const MediaBinding& media, const PacketLog& log,
                    StreamId id, int64_t until_ns) {
  Sounds sounds;
  const StreamRecord& stream = model.streams[id];
  const auto found = model.early_voice.find(id.value);
  if (found == model.early_voice.end() || stream.packets < 2) return sounds;
  const EarlyVoice& voice = found->second;
  std::unique_ptr<SrtpOpener> opener;
  if (media.of(id).secure) opener = std::make_unique<SrtpOpener>(media.srtp(), media.srtp_of(id));
  // Packets come at an even pace: the time of a run is told by its place.
  const int64_t pace_ns = std::max<int64_t>(1, (stream.last_ns - stream.first_ns) / stream.packets);
  for (uint32_t run = 0; (run + 1) * EarlyVoice::kRun <= voice.count; run++) {
    const int64_t at_ns = stream.first_ns + int64_t{run * EarlyVoice::kStep} * pace_ns;
    if (at_ns > until_ns) break;
    const auto decoder = make_voice_decoder(media.encoding_of(id), stream.clock_hz, 1);
    if (decoder == nullptr) return {};
    const std::vector<int16_t> sound =
        decode_run(&voice.refs[run * EarlyVoice::kRun], log, opener.get(), stream, *decoder);
    if (sound.empty()) continue;
    if (is_silent(loudness_of(sound))) {
      sounds.silent++;
    } else if (is_ringback_tone(sound, decoder->sample_rate())) {
      sounds.tone++;
    } else {
      sounds.other++;
    }
  }
  return sounds;
}

EarlyAudio heard_in(const Sounds& sounds) {
  constexpr uint32_t kMinRuns = 2;
  if (sounds.all() < kMinRuns) return EarlyAudio::unknown;
  if (sounds.tone + sounds.other == 0) return EarlyAudio::silent;
  return sounds.tone >= 4 * sounds.other ? EarlyAudio::ringback : EarlyAudio::announcement;
}

// Finds the 18x that announces early media, and the final response that ends it. A 401 or 407 is
// no end: the INVITE is sent again with credentials. `answer` is that response when it has an SDP.
void read_messages(const Model& model, const std::vector<MessageId>& messages, EarlyMedia* early,
                   MessageId* answer) {
  for (const MessageId id : messages) {
    const MessageRecord& message = model.messages[id];
    if (message.method != Method::invite || message.is_request()) continue;
    if (message.status >= 200 && message.status != 401 && message.status != 407) {
      early->until_ns = message.time_ns;
      if (message.has_sdp) *answer = id;
      return;
    }
    if (message.status == 180) early->rings = true;
    if (message.status / 10 == 18 && message.has_sdp && !early->announced) early->announced = id;
  }
}

std::optional<IpAddress> media_host(MessageView& view, const MessageRecord& message) {
  if (!view.load(message)) return std::nullopt;
  for (const SdpMedia& media : parse_sdp(find_sdp(view.sip())).media) {
    if (media.media == "audio") return parse_ip(media.address);
  }
  return std::nullopt;
}

// A media server that only plays announcements may send on a path that does not pass this point.
// The answer names it too, or the callee's later audio comes from it: then it would.
bool would_pass(const Model& model, const PacketLog& log, MessageId announced, MessageId answer,
                StreamId later) {
  if (!answer) return true;
  MessageView view(log);
  const auto early = media_host(view, model.messages[announced]);
  return early == media_host(view, model.messages[answer]) ||
         early == model.endpoints[model.streams[later].src].ip;
}

}  // namespace

std::string_view to_string(EarlyAudio heard) {
  static constexpr std::string_view kNames[] = {"", "none", "ringback", "announcement", "silent"};
  return kNames[static_cast<size_t>(heard)];
}

EarlyMedia early_media_of(const Model& model, const MediaBinding& media, const PacketLog& log,
                          CallId id, const std::vector<MessageId>& messages,
                          const std::vector<StreamId>& streams) {
  constexpr int64_t kHeardNs = 500'000'000;
  EarlyMedia early;
  MessageId answer;
  read_messages(model, messages, &early, &answer);
  if (!early.announced || early.until_ns == 0) return early;
  StreamId seen_later;
  for (const StreamId stream : streams) {
    const StreamRecord& record = model.streams[stream];
    if (media.of(stream, id).from != Party::callee || media.of(stream).video) continue;
    seen_later = stream;
    if (early.until_ns - record.first_ns < kHeardNs) continue;
    if (media.of(stream).secure) {
      const auto reading = media.srtp_of(stream);
      // Without its key only its presence is known, not its sound.
      if (reading == nullptr || reading->opened == 0) return early;
    }
    early.stream = stream;
    const EarlyAudio heard = heard_in(listen_until(model, media, log, stream, early.until_ns));
    const bool audible = heard == EarlyAudio::ringback || heard == EarlyAudio::announcement;
    if (audible || early.heard == EarlyAudio::unknown) early.heard = heard;
  }
  if (early.stream || !seen_later) return early;
  // The capture shows the callee's audio later, so it would have shown early media too, if its
  // point was capturing then.
  const StreamRecord& later = model.streams[seen_later];
  const int64_t announced_ns = model.messages[early.announced].time_ns;
  if (model.coverage.since(later.point, later.first_ns) <= announced_ns &&
      early.until_ns - announced_ns >= kHeardNs &&
      would_pass(model, log, early.announced, answer, seen_later))
    early.heard = EarlyAudio::none;
  return early;
}

}  // namespace sipladder
