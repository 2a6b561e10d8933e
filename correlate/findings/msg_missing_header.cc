// msg-missing-header: Via, From, To, Call-ID or CSeq.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  if (!context.call.has_malformed) return;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.malformed || message.is_copy() || !context.view.load(message)) continue;
    const char* what = context.view.sip().malformed;
    if (what == nullptr || !std::string_view(what).ends_with("is missing (RFC 3261 8.1.1)"))
      continue;
    Finding finding = finding_of(context, detector);
    finding.message = id;
    finding.evidence.push_back(message.frame);
    finding.summary = fmt::format("frame {} from {}: {}", message.frame,
                                  endpoint_text(context, message.src), what);
    finding.explanation = "Every request carries Via, From, To, Call-ID, CSeq and Max-Forwards.";
    finding.remedy = "Correct the sender.";
    finding.rfc = "RFC 3261 8.1.1";
    return report(out, std::move(finding));
  }
}

const Detector detector("msg-missing-header", Severity::warning, "a mandatory header is absent",
                        check);

}  // namespace
}  // namespace sipladder
