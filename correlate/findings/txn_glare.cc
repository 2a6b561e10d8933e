// txn-glare: both must wait and try again.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.final_status != 491) continue;
    Finding finding = finding_of(context, detector, id);
    finding.summary =
        fmt::format("{} answers {} with 491: both sides changed the session at the same time",
                    endpoint_text(context, txn.dst), to_string(txn.method));
    finding.explanation =
        "The sender waits a random time (2.1 to 4 s for the owner of the Call-ID) and tries again.";
    finding.remedy = "Nothing to do, unless it repeats.";
    finding.rfc = "RFC 3261 14.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-glare", Severity::info,
                        "491 Request Pending: both sides changed the session at once", check);

}  // namespace
}  // namespace sipladder
