// audio-not-captured: nothing can be said of what was heard. Not for calls that were never long
// enough.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr int64_t kShort = 2'000'000'000;

void check(CallContext& context, CallAnalysis* out) {
  if (audio_verdict(context.audio) != Audio::not_captured) return;
  if (context.audio.end_ns - context.audio.answer_ns < kShort) return;
  Finding finding = finding_of(context, detector);
  finding.message = context.call.first_message;
  finding.evidence.push_back(context.message(context.call.first_message).frame);
  finding.summary =
      fmt::format("the call was answered and lasted {}, but none of its media is here",
                  seconds_text(context.audio.end_ns - context.audio.answer_ns));
  finding.explanation =
      "The media takes another path than the signalling, or a capture filter left it out.";
  finding.remedy = "Capture where the media passes, and without a port filter.";
  finding.rfc = "RFC 3264 5.1";
  report(out, std::move(finding));
}

const Detector detector("audio-not-captured", Severity::info,
                        "answered, yet the capture holds none of its media", check);

}  // namespace
}  // namespace sipladder
