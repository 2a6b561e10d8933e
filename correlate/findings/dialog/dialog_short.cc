// dialog-short: a call is answered and ended within 3 s. A fact, not a fault.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::dialog_short {
namespace {

extern const Detector detector;

constexpr int64_t kShortNs = 3'000'000'000;

void check(CallContext& context, CallAnalysis* out) {
  const CallRecord& call = context.call;
  if (call.answer_ns == 0 || call.bye_ns == 0 || call.bye_ns - call.answer_ns >= kShortNs) return;
  Finding finding = finding_of(context, detector);
  finding.dialog = call.first_dialog;
  finding.message = call.first_message;
  finding.evidence.push_back(context.message(call.first_message).frame);
  finding.summary = fmt::format("the {} hangs up {} after the answer", party_text(call.ended_by),
                                seconds_text(call.bye_ns - call.answer_ns));
  finding.explanation = "Short calls are what one-way audio, wrong numbers and probes look like.";
  finding.remedy = "See what both parties heard: sipladder calls --columns id,audio,audio_cause.";
  finding.rfc = "RFC 3261 15";
  report(out, std::move(finding));
}

const Detector detector("dialog-short", Severity::info, "answered and ended within 3 s", check,
                        {.needs = TimeNeed::fractions});

}  // namespace
}  // namespace sipladder::dialog_short
