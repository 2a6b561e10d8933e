// txn-auth-failed: the credentials are not accepted. A stale nonce that is answered again and then
// accepted is no fault.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr uint32_t kMinRefused = 2;

void check(CallContext& context, CallAnalysis* out) {
  uint32_t refused = 0;
  TransactionId last;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.request_path || !txn.has_auth) continue;
    const bool no = txn.final_status == 401 || txn.final_status == 407 || txn.final_status == 403;
    if (txn.final_status >= 200 && txn.final_status < 300) refused = 0;
    if (!no) continue;
    refused++;
    last = id;
  }
  const bool rejected =
      last && (context.model.transactions[last].final_status == 403 || refused >= kMinRefused ||
               context.call.state == CallState::rejected);
  if (!rejected || refused == 0) return;
  const TransactionId id = last;
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.summary = fmt::format("{} refuses the credentials of {} for {} ({}, {} times)",
                                endpoint_text(context, txn.dst), endpoint_text(context, txn.src),
                                to_string(txn.method), txn.final_status, refused);
  finding.explanation =
      "The request carried Authorization or Proxy-Authorization and was refused all the same.";
  finding.remedy = "Check user name, password and realm on both sides.";
  finding.rfc = "RFC 3261 22";
  report(out, std::move(finding));
}

const Detector detector("txn-auth-failed", Severity::error,
                        "401, 407 or 403 although credentials were sent", check);

}  // namespace
}  // namespace sipladder
