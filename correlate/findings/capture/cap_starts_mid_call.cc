// cap-starts-mid-call: the INVITE that began a call is not in the capture. Not for calls whose
// first message was cut by the snap length.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_starts_mid_call {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  uint32_t calls = 0;
  Finding finding = finding_of(detector);
  for (const CallId id : context.model.calls.ids()) {
    const CallRecord& call = context.model.calls[id];
    if (call.kind != CallKind::call || call.invite_ns != 0) continue;
    const MessageRecord& first = context.model.messages[call.first_message];
    if (first.truncated) continue;
    if (calls++ < 10) finding.evidence.push_back(first.frame);
  }
  if (calls == 0) return;
  finding.summary = counted(calls, "call") + " had begun before the capture";
  finding.explanation = "Their set-up, and what was agreed in it, is not known.";
  finding.remedy = "Begin the capture before the calls that matter are set up.";
  finding.rfc = "RFC 3261 13";
  report(out, std::move(finding));
}

const Detector detector("cap-starts-mid-call", Severity::info, "calls had begun before the capture",
                        check);

}  // namespace
}  // namespace sipladder::cap_starts_mid_call
