// audio-held: by whom, how and for how long the call was put on hold. A fact, not a fault.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_held {
namespace {

extern const Detector detector;

constexpr size_t kHoldsTold = 5;

std::string_view how(const Negotiation& negotiation, const Hold& hold) {
  for (const AudioSdp& audio_sdp : negotiation.audio_sdps) {
    if (audio_sdp.message != hold.message) continue;
    if (closes_audio(audio_sdp)) return "port 0";
    return audio_sdp.hold_address ? "c=0.0.0.0" : to_string(audio_sdp.direction);
  }
  return "";
}

std::string text_of(const Negotiation& negotiation, const Hold& hold) {
  const std::string_view end = hold.resume          ? ""
                               : hold.resume_unseen ? ": the resume is not in the capture, and the "
                                                      "media that it brought back is"
                                                    : ", and did not take it back";
  return fmt::format("the {} put the call on hold ({}) for {}{}{}", party_text(hold.by),
                     how(negotiation, hold), hold.resume_unseen ? "less than " : "",
                     seconds_text(hold.end_ns - hold.begin_ns), end);
}

void check(CallContext& context, CallAnalysis* out) {
  const Negotiation& negotiation = context.audio.negotiation;
  if (negotiation.holds.empty()) return;
  Finding finding = finding_of(context, detector);
  finding.message = negotiation.holds.front().message;
  for (size_t i = 0; i < std::min(kHoldsTold, negotiation.holds.size()); i++) {
    const Hold& hold = negotiation.holds[i];
    finding.evidence.push_back(context.message(hold.message).frame);
    if (hold.resume) finding.evidence.push_back(context.message(hold.resume).frame);
    finding.summary.append(i == 0 ? "" : "; ").append(text_of(negotiation, hold));
  }
  if (negotiation.holds.size() > kHoldsTold) {
    finding.summary += fmt::format("; {} more", negotiation.holds.size() - kHoldsTold);
  }
  finding.explanation = "Hold is an offer that stops what the other side may send.";
  finding.remedy = "Nothing to do.";
  finding.rfc = "RFC 3264 8.4";
  report(out, std::move(finding));
}

const Detector detector("audio-held", Severity::info,
                        "the call was put on hold, by whom, how, and for how long", check);

}  // namespace
}  // namespace sipladder::audio_held
