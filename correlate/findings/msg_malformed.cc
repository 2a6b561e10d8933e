// msg-malformed: which header, which rule.
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
    if (what == nullptr) continue;
    const std::string_view text(what);
    // These have findings of their own.
    if (text.starts_with("Content-Length is larger") ||
        text.ends_with("is missing (RFC 3261 8.1.1)")) {
      continue;
    }
    Finding finding = finding_of(context, detector);
    const bool refused = message.txn && context.model.transactions[message.txn].final_status == 400;
    if (refused) finding.severity = Severity::error;
    finding.message = id;
    finding.txn = message.txn;
    finding.evidence.push_back(message.frame);
    finding.summary =
        fmt::format("frame {} from {}: {}{}", message.frame, endpoint_text(context, message.src),
                    text, refused ? "; the peer answered 400" : "");
    finding.explanation = "Stacks differ in what they forgive.";
    finding.remedy = "Correct the sender, or the device that rewrote the message.";
    finding.rfc = "RFC 3261 7";
    return report(out, std::move(finding));
  }
}

const Detector detector("msg-malformed", Severity::warning,
                        "a message breaks the syntax of SIP (error when the peer answered 400)",
                        check);

}  // namespace
}  // namespace sipladder
