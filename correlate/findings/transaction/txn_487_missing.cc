// txn-487-missing: a CANCEL was answered with 2xx, and its INVITE got no final response.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::txn_487_missing {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::cancel || !txn.invite || txn.final_status / 100 != 2) continue;
    const TransactionRecord& invite = context.model.transactions[txn.invite];
    if (invite.final_status != 0 || watched_until(context.model, txn) - txn.first_ns < kTimerB)
      continue;
    Finding finding = finding_of(context, detector, id);
    finding.summary =
        fmt::format("the INVITE to {} got no final response after its CANCEL was answered",
                    endpoint_text(context, txn.dst));
    finding.explanation = "The CANCEL has its own 200; the INVITE ends with 487.";
    finding.remedy =
        "Look in the log of the server that answered the CANCEL with 200: it has to end the INVITE "
        "with 487.";
    finding.rfc = "RFC 3261 9.2";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-487-missing", Severity::warning,
                        "a CANCEL was answered, but the INVITE never ended", check);

}  // namespace
}  // namespace sipladder::txn_487_missing
