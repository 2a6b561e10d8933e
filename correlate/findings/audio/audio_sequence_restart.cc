// audio-sequence-restart: sequence numbers or timestamps jump back under one SSRC in mid-talk, or a
// new SSRC comes and the receiver's RTCP goes on about the old one. Not for a new SSRC that the
// receiver follows, for timestamps that begin anew with a marker or after a pause, nor for jumps
// before the answer.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_sequence_restart {
namespace {

extern const Detector detector;

// The request shortly before that changed the session: ", after the re-INVITE (frame 12)". It
// becomes the finding's message and evidence.
std::string occasion_of(CallContext& context, int64_t time_ns, Finding* finding) {
  constexpr int64_t kShortlyNs = 3'000'000'000;
  std::string text;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (message.time_ns > time_ns) break;
    const bool changes = message.method == Method::refer || message.method == Method::update ||
                         (message.method == Method::invite && message.has_to_tag);
    if (!changes || !message.is_request() || message.is_copy() ||
        time_ns - message.time_ns > kShortlyNs)
      continue;
    text = fmt::format(", after the {}{} (frame {})", message.method == Method::invite ? "re-" : "",
                       to_string(message.method), message.frame);
    finding->message = id;
  }
  if (finding->message) finding->evidence.push_back(context.message(finding->message).frame);
  return text;
}

// The stream's SRTP key changes at the jump. Under a new key no number counts as a replay.
bool has_new_key(const CallContext& context, StreamId id) {
  constexpr int64_t kAtOnceNs = 1'000'000'000;
  const StreamRecord& stream = context.model.streams[id];
  const auto reading = stream.keyed ? context.media.srtp_of(id) : nullptr;
  if (reading == nullptr) return false;
  uint32_t before = kNoSrtpKey;
  for (const SrtpSpan& span : reading->spans) {
    if (span.key == kNoSrtpKey) continue;
    const bool changes = before != kNoSrtpKey && span.key != before;
    if (changes && std::abs(span.from_ns - stream.jump_ns) < kAtOnceNs) return true;
    before = span.key;
  }
  return false;
}

void check_jump(CallContext& context, StreamId id, CallAnalysis* out) {
  constexpr int64_t kSettledNs = 1'000'000'000;
  constexpr int64_t kGoesOnNs = 2'000'000'000;
  const StreamRecord& stream = context.model.streams[id];
  const AudioFacts& audio = context.audio;
  if (stream.jump_ns < audio.answer_ns + kSettledNs || stream.jump_ns > audio.end_ns) return;
  if (stream.last_ns - stream.jump_ns < kGoesOnNs) return;  // nobody misses the rest
  const bool secure = context.media.of(id).secure && !has_new_key(context, id);
  Finding finding = finding_of(context, detector);
  if (secure && !stream.jump_of_time) finding.severity = Severity::error;
  finding.stream = id;
  finding.evidence = {stream.first_frame, stream.jump_frame};
  const std::string occasion = occasion_of(context, stream.jump_ns, &finding);
  finding.summary = fmt::format(
      "the {} from {} to {} jump back from {} to {} after {} of talk, under one SSRC (frame {}){}",
      stream.jump_of_time ? "RTP timestamps" : "RTP sequence numbers",
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst), stream.jump_from,
      stream.jump_to, seconds_text(stream.jump_ns - audio.answer_ns), stream.jump_frame, occasion);
  finding.explanation =
      secure ? "Under SRTP what comes under a number that was used already is dropped as a replay: "
               "the receiver hears nothing until the numbers pass the old ones (RFC 3711 3.3.2)."
             : "A receiver may take what comes after it for late packets and drop them, until the "
               "numbers pass the old ones (RFC 3550 A.1).";
  finding.remedy =
      "Let who begins a new stream (transfer, hold music, bridge) take a new SSRC, or go on with "
      "the numbers of the old one.";
  finding.rfc = "RFC 3550 5.1";
  report(out, std::move(finding));
}

// A report of the receiver about the old source, long after the new one began; null when any report
// is about the new source.
const RtcpRecord* stays_behind(const CallContext& context, const StreamRecord& before,
                               const StreamRecord& now) {
  constexpr int64_t kFollowsNs = 10'000'000'000;
  const RtcpRecord* stuck = nullptr;
  for (const RtcpRecord* rtcp : context.media.rtcp_of(context.model.endpoints[now.dst])) {
    if (rtcp->about == now.ssrc) return nullptr;
    if (rtcp->about == before.ssrc && rtcp->block_ns > now.first_ns + kFollowsNs) stuck = rtcp;
  }
  return stuck;
}

void check_new_source(CallContext& context, const AudioDirection& direction, CallAnalysis* out) {
  const auto& streams = direction.streams;
  for (size_t i = 1; i < streams.size(); i++) {
    const StreamRecord& now = context.model.streams[streams[i]];
    const StreamRecord& before = context.model.streams[streams[i - 1]];
    if (now.src != before.src || now.dst != before.dst || now.ssrc == before.ssrc ||
        now.first_ns < before.last_ns)
      continue;
    const RtcpRecord* stuck = stays_behind(context, before, now);
    if (stuck == nullptr) continue;
    Finding finding = finding_of(context, detector);
    finding.confidence = Confidence::likely;
    finding.stream = streams[i];
    finding.evidence = {before.last_frame, now.first_frame};
    const std::string occasion = occasion_of(context, now.first_ns, &finding);
    finding.summary = fmt::format(
        "the {} does not follow a new SSRC: {} goes on as 0x{:08X} (frame {}), and its RTCP speaks "
        "of "
        "0x{:08X} for {} more{}",
        other_party(direction.from), endpoint_text(context, now.src), now.ssrc, now.first_frame,
        before.ssrc, seconds_text(stuck->block_ns - now.first_ns), occasion);
    finding.explanation =
        "A receiver that locks on the first source takes the second one for a stranger.";
    finding.remedy =
        "Keep the SSRC over the change, announce the new one (SDES, BYE of the old one, a=ssrc), "
        "or "
        "let the receiver accept it (Asterisk rtp_symmetric and strictrtp, FreeSWITCH "
        "rtp-autofix).";
    finding.rfc = "RFC 3550 8.2";
    return report(out, std::move(finding));
  }
}

void check(CallContext& context, CallAnalysis* out) {
  if (!context.audio.answered) return;
  for (const AudioDirection* direction : {&context.audio.from_caller, &context.audio.from_callee}) {
    for (const StreamId id : direction->last_leg) check_jump(context, id, out);
    check_new_source(context, *direction, out);
  }
}

const Detector detector("audio-sequence-restart", Severity::warning,
                        "sequence numbers or timestamps jump back under one SSRC (under SRTP: "
                        "error), or the receiver does not follow a new one",
                        check);

}  // namespace
}  // namespace sipladder::audio_sequence_restart
