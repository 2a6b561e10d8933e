// msg-missing-header: a message lacks Via, From, To, Call-ID or CSeq, or Contact where a dialog
// begins. A missing Max-Forwards is accepted, as proxies do (RFC 3261 16.3).
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::msg_missing_header {
namespace {

extern const Detector detector;

// An INVITE or its 2xx without Contact: requests inside the dialog have no target (RFC 3261 12.1.1,
// 12.1.2).
void check_contact(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite) continue;
    for (const MessageId m : {txn.request, txn.final_response}) {
      if (!m || !context.message(m).no_contact) continue;
      const MessageRecord& message = context.message(m);
      Finding finding = finding_of(context, detector, id);
      finding.message = m;
      // The call went well, so neither side missed the header.
      if (context.call.state == CallState::completed) finding.severity = Severity::info;
      finding.evidence = {message.frame};
      finding.summary = fmt::format(
          "frame {} from {}: {} without Contact", message.frame,
          endpoint_text(context, message.src),
          message.is_request() ? "INVITE" : fmt::format("{} to INVITE", message.status));
      finding.explanation = "Without it the peer does not know where its requests have to go.";
      finding.remedy =
          "Capture at the sender. If the header is there, a device on the way (SIP ALG, SBC) "
          "removes it; if not, report it to the sender's vendor.";
      finding.rfc = message.is_request() ? "RFC 3261 8.1.1.8" : "RFC 3261 12.1.1";
      return report(out, std::move(finding));
    }
  }
}

void check(CallContext& context, CallAnalysis* out) {
  if (!context.call.has_malformed) return check_contact(context, out);
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.malformed || message.is_copy() || !context.view.load(message)) continue;
    if (context.view.sip().fault != SipFault::missing_header) continue;
    Finding finding = finding_of(context, detector);
    finding.message = id;
    if (is_accepted(context, message)) finding.severity = Severity::info;
    finding.evidence.push_back(message.frame);
    finding.summary =
        fmt::format("frame {} from {}: {}", message.frame, endpoint_text(context, message.src),
                    context.view.sip().malformed);
    finding.explanation = "Every request carries Via, From, To, Call-ID, CSeq and Max-Forwards.";
    finding.remedy = "Report it to the sender's vendor, with this frame.";
    finding.rfc = "RFC 3261 8.1.1";
    return report(out, std::move(finding));
  }
}

const Detector detector("msg-missing-header", Severity::warning,
                        "a mandatory header is absent (info where the call went well all the same)",
                        check);

}  // namespace
}  // namespace sipladder::msg_missing_header
