// audio-early-missing: an 18x announces early media, none comes or it is silent, and no 180 makes
// the caller play a tone of its own. audio-early-wrong-leg: the caller goes on with the leg of the
// early media though another one has answered.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder::audio_early {
namespace {

extern const Detector missing_detector;
extern const Detector leg_detector;

void check_missing(CallContext& context, CallAnalysis* out) {
  constexpr int64_t kWaits = 2'000'000'000;
  const EarlyMedia& early = context.early;
  const bool nothing = early.heard == EarlyAudio::none || early.heard == EarlyAudio::silent;
  if (!nothing || early.rings) return;
  const MessageRecord& announced = context.message(early.announced);
  const int64_t waited_ns = early.until_ns - announced.time_ns;
  if (waited_ns < kWaits) return;
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

// The early media's SDP that the answer, of another leg, replaces by one elsewhere.
void check_leg(CallContext& context, CallAnalysis* out) {
  constexpr int64_t kGoesOn = 3'000'000'000;
  const Negotiation& negotiation = context.audio.negotiation;
  const SdpStand* answer = nullptr;
  for (const SdpStand& stand : negotiation.stands) {
    const MessageRecord& message = context.message(stand.message);
    if (stand.author == Party::callee && message.status / 100 == 2 && answer == nullptr)
      answer = &stand;
  }
  if (answer == nullptr || !answer->address || answer->ice) return;
  const AudioDirection& caller = context.audio.from_caller;
  const auto goes_to = [&](StreamId id, const Endpoint& to) {
    return context.model.endpoints[context.model.streams[id].dst] == to;
  };
  if (std::any_of(caller.streams.begin(), caller.streams.end(),
                  [&](StreamId id) { return goes_to(id, *answer->address); }))
    return;
  for (const SdpStand& stand : negotiation.stands) {
    const MessageRecord& message = context.message(stand.message);
    const MessageRecord& answered = context.message(answer->message);
    if (stand.author != Party::callee || message.status / 10 != 18 || !stand.address) continue;
    if (stand.address == answer->address || message.dialog == answered.dialog) continue;
    if (message.src != answered.src || message.dst != answered.dst) continue;  // one hop
    for (const StreamId id : caller.streams) {
      const StreamRecord& stream = context.model.streams[id];
      if (!goes_to(id, *stand.address) || stream.last_ns < answered.time_ns + kGoesOn) continue;
      Finding finding = finding_of(context, leg_detector);
      finding.stream = id;
      finding.message = answer->message;
      finding.evidence = {message.frame, answered.frame, stream.last_frame};
      finding.summary = fmt::format(
          "the caller goes on sending to {}, the leg of the early media (frame {}), though another "
          "leg has answered with {} (frame {})",
          to_string(*stand.address), message.frame, to_string(*answer->address), answered.frame);
      finding.explanation =
          "183 and 200 have different To tags: two dialogs, each with its own offer/answer. The "
          "one that was answered counts (RFC 3261 13.2.2.4, RFC 6337 3.1.1).";
      finding.remedy =
          "Look at how the caller handles forked early media: it must take the SDP of the 2xx, not "
          "that of the first 18x.";
      finding.rfc = "RFC 3261 13.2.2.4";
      return report(out, std::move(finding));
    }
  }
}

const Detector missing_detector(
    "audio-early-missing", Severity::warning,
    "an 18x announces early media, nothing is to be heard of it, and no 180 comes: no ringback",
    check_missing);
const Detector leg_detector(
    "audio-early-wrong-leg", Severity::error,
    "the caller goes on with the leg of the early media though another one has answered",
    check_leg);

}  // namespace
}  // namespace sipladder::audio_early
