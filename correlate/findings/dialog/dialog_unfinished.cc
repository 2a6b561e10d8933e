// dialog-unfinished: the capture ends while the call goes on.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::dialog_unfinished {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  const CallRecord& call = context.call;
  if (call.state != CallState::in_call || !context.model.finished) return;
  Finding finding = finding_of(context, detector);
  finding.dialog = call.first_dialog;
  finding.message = call.last_message;
  finding.evidence.push_back(context.message(call.last_message).frame);
  finding.summary = "the capture ends while the call goes on";
  finding.explanation = "What comes after is not known; nothing is concluded from it.";
  finding.remedy = "Capture longer, if the end of the call matters.";
  finding.rfc = "RFC 3261 15";
  report(out, std::move(finding));
}

const Detector detector("dialog-unfinished", Severity::info,
                        "confirmed, and the capture ends before its BYE", check);

}  // namespace
}  // namespace sipladder::dialog_unfinished
