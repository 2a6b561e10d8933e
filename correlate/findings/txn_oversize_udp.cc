// txn-oversize-udp: larger than the path may carry in one piece.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.oversize) continue;
    const MessageRecord& message = context.message(txn.request);
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = txn.dialog;
    finding.message = txn.first_message;
    finding.evidence = {message.frame};
    finding.summary =
        fmt::format("{} of {} bytes over UDP from {} to {}", to_string(txn.method), message.length,
                    endpoint_text(context, txn.src), endpoint_text(context, txn.dst));
    finding.explanation =
        "A request within 200 bytes of the MTU, or over 1300 bytes, must go over a "
        "congestion-controlled transport; its fragments are dropped by many NATs and filters.";
    finding.remedy =
        "Use TCP or TLS for this hop, or shorten the SDP (fewer codecs, ICE candidates).";
    finding.rfc = "RFC 3261 18.1.1";
    report(out, std::move(finding));
    return;
  }
}

const Detector detector("txn-oversize-udp", Severity::warning,
                        "a request of more than 1300 bytes over UDP", check);

}  // namespace
}  // namespace sipladder
