// txn-auth-failed: the credentials are not accepted. A nonce that is too old is no fault, nor is
// the challenge of one more proxy.
#include <fmt/format.h>

#include "correlate/findings/digest.h"
#include "correlate/findings/support.h"

namespace sipladder::txn_auth_failed {
namespace {

extern const Detector detector;

constexpr uint32_t kMinRefused = 2;
constexpr uint32_t kMinStale = 3;

// Since the last time that credentials were accepted.
struct Refused {
  uint32_t times = 0;
  TransactionId last;
};

void tell(const CallContext& context, const Refused& refused, bool stale, CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[refused.last];
  Finding finding = finding_of(context, detector, refused.last);
  finding.summary = fmt::format("{} refuses the credentials of {} for {} ({}, {}{})",
                                endpoint_text(context, txn.dst), endpoint_text(context, txn.src),
                                to_string(txn.method), txn.final_status, times_text(refused.times),
                                stale ? ", each time because the nonce is stale" : "");
  finding.explanation =
      "The request carried Authorization or Proxy-Authorization and was refused all the same.";
  finding.remedy = stale ? "See that the client takes the new nonce, and make it good for longer; "
                           "several servers behind one address must know each other's nonces."
                         : "Check user name, password and realm on both sides.";
  finding.rfc = "RFC 3261 22";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  Refused wrong, stale;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.request_path || !txn.has_auth) continue;
    if (txn.succeeded()) wrong = stale = Refused{};
    const Refusal refusal = refusal_of(context.model, context.view, txn);
    if (refusal == Refusal::wrong) wrong = {wrong.times + 1, id};
    if (refusal == Refusal::stale) stale = {stale.times + 1, id};
  }
  if (wrong.times == 0 && stale.times >= kMinStale) return tell(context, stale, true, out);
  if (wrong.times == 0) return;
  if (context.model.transactions[wrong.last].final_status == 403 || wrong.times >= kMinRefused ||
      context.call.state == CallState::rejected)
    tell(context, wrong, false, out);
}

const Detector detector("txn-auth-failed", Severity::error,
                        "401, 407 or 403 although credentials were sent", check);

}  // namespace
}  // namespace sipladder::txn_auth_failed
