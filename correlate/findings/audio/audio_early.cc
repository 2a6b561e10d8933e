// audio-early-missing: an 18x announces early media, none comes or it is silent, and no 180 makes
// the caller's phone play a tone of its own. audio-early-wrong-leg: the caller goes on with the leg
// of the early media although another leg has answered.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_early {
namespace {

extern const Detector missing_detector;
extern const Detector leg_detector;

void check_missing(CallContext& context, CallAnalysis* out) {
  constexpr int64_t kWaitsNs = 2'000'000'000;
  const EarlyMedia& early = context.early;
  const bool nothing = early.heard == EarlyAudio::none || early.heard == EarlyAudio::silent;
  if (!nothing || early.rings) return;
  const MessageRecord& announced = context.message(early.announced);
  const int64_t waited_ns = early.until_ns - announced.time_ns;
  if (waited_ns < kWaitsNs) return;
  Finding finding = finding_of(context, missing_detector);
  finding.confidence = Confidence::likely;
  finding.message = early.announced;
  finding.dialog = announced.dialog;
  finding.txn = announced.txn;
  finding.stream = early.stream;
  finding.evidence = {announced.frame};
  if (early.stream) finding.evidence.push_back(context.model.streams[early.stream].first_frame);
  finding.summary = fmt::format(
      "the caller hears no ringback for {}: the {} (frame {}) announces early media, {}, and no "
      "180 "
      "comes",
      seconds_text(waited_ns), announced.status, announced.frame,
      early.stream ? "what is sent is silence" : "none is sent");
  finding.explanation =
      "A phone that gets an 18x with SDP plays what comes by RTP, and its own tone only after a "
      "180 (RFC 3960 3).";
  finding.remedy =
      "Let the callee's side send 180 without SDP, or play a ringback tone into its early media "
      "(FreeSWITCH ringback, Asterisk Ringing or Progress with audio, a gateway's progress tone).";
  finding.rfc = "RFC 3960 3.2";
  report(out, std::move(finding));
}

// The audio SDP of the callee's first 2xx; null without one.
const AudioSdp* answer_of(const CallContext& context) {
  for (const AudioSdp& audio_sdp : context.audio.negotiation.audio_sdps) {
    if (audio_sdp.author == Party::callee && context.message(audio_sdp.message).status / 100 == 2)
      return &audio_sdp;
  }
  return nullptr;
}

// A stream of the caller that still goes to `early` after the answer; none when a stream goes to
// the answer's address.
StreamId left_with(const CallContext& context, const Endpoint& early, const AudioSdp& answer) {
  constexpr int64_t kGoesOnNs = 3'000'000'000;
  StreamId left;
  for (const StreamId id : context.audio.from_caller.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const Endpoint& to = context.model.endpoints[stream.dst];
    if (to == *answer.address) return {};
    if (to == early && stream.last_ns >= answer.time_ns + kGoesOnNs) left = id;
  }
  return left;
}

// Looks for an 18x and a 2xx of different legs on one hop, with different addresses for audio.
void check_leg(CallContext& context, CallAnalysis* out) {
  if (!context.early.announced || context.streams.empty()) return;
  const AudioSdp* answer = answer_of(context);
  if (answer == nullptr || !answer->address || answer->ice) return;
  const MessageRecord& answered = context.message(answer->message);
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    const bool early = message.method == Method::invite && message.status / 10 == 18 &&
                       message.has_sdp && !message.is_copy();
    if (!early || message.dialog == answered.dialog) continue;
    if (message.src != answered.src || message.dst != answered.dst) continue;
    const auto named = audio_address(context, id);
    if (!named || named == answer->address) continue;
    const StreamId left = left_with(context, *named, *answer);
    if (!left) continue;
    Finding finding = finding_of(context, leg_detector);
    finding.stream = left;
    finding.message = answer->message;
    finding.evidence = {message.frame, answered.frame, context.model.streams[left].last_frame};
    finding.summary = fmt::format(
        "callee hears nothing: the caller goes on sending to {}, the leg of the early media (frame "
        "{}), though another leg has answered with {} (frame {})",
        to_string(*named), message.frame, to_string(*answer->address), answered.frame);
    finding.explanation =
        "18x and 2xx have different To tags: two dialogs, each with its own offer/answer. The one "
        "that was answered counts (RFC 3261 13.2.2.4, RFC 6337 3.1.1).";
    finding.remedy =
        "Look at how the caller handles forked early media: it must take the SDP of the 2xx, not "
        "that of the first 18x.";
    finding.rfc = "RFC 3261 13.2.2.4";
    report(out, std::move(finding));
    return conclude_unheard(out, Party::callee, leg_detector.code);
  }
}

const Detector missing_detector(
    "audio-early-missing", Severity::warning,
    "an 18x announces early media, nothing is to be heard of it, and no 180 comes: no ringback",
    check_missing);
const Detector leg_detector(
    "audio-early-wrong-leg", Severity::error,
    "the caller goes on with the leg of the early media though another one has answered", check_leg,
    {.of_same = {"audio-wrong-destination"}, .is_root_of_audio = true});

}  // namespace
}  // namespace sipladder::audio_early
