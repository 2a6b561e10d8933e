// txn-loop: a request came back to where it had been.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.final_status != 482 && txn.final_status != 483) continue;
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = txn.dialog;
    finding.message = txn.first_message;
    finding.evidence = frames_of(context, txn, true);
    finding.summary =
        fmt::format("{} answers {} with {}", endpoint_text(context, txn.dst), to_string(txn.method),
                    txn.final_status == 482 ? "482: the request came back to it unchanged"
                                            : "483: Max-Forwards has run out");
    finding.explanation =
        "Two proxies send the request to each other, or a UAS got it twice by two ways.";
    finding.remedy = "Follow the Via stack of the request: which host is in it twice?";
    finding.rfc = "RFC 3261 16.3";
    report(out, std::move(finding));
    return;
  }
}

const Detector detector("txn-loop", Severity::error, "482 Loop Detected or 483 Too Many Hops",
                        check);

}  // namespace
}  // namespace sipladder
