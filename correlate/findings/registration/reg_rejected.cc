// reg-rejected: a REGISTER gets a final response of 400 or higher that is no challenge. Refused
// credentials are txn-auth-failed.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::reg_rejected {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.kind != CallKind::registration || context.call.state != CallState::rejected) {
    return;
  }
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool final =
        txn.final_status >= 400 && txn.final_status != 401 && txn.final_status != 407;
    if (txn.method != Method::register_ || !final || !txn.request || txn.request_path) continue;
    if (txn.has_auth && txn.final_status == 403) continue;
    if (txn.final_status == 423) continue;  // Interval Too Brief: the next one asks for longer
    Finding finding = finding_of(context, detector, id);
    finding.summary =
        fmt::format("{} refuses the registration of {} with {}", endpoint_text(context, txn.dst),
                    endpoint_text(context, txn.src), txn.final_status);
    finding.explanation = "The address of record is not bound: it gets no calls.";
    finding.remedy =
        "Look in the registrar's log for the reason: user unknown, domain wrong, source address "
        "not allowed.";
    finding.rfc = "RFC 3261 10.3";
    report(out, std::move(finding));
    return;
  }
}

const Detector detector("reg-rejected", Severity::error, "a registration was refused for good",
                        check);

}  // namespace
}  // namespace sipladder::reg_rejected
