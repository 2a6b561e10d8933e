// txn-auth-failed: credentials are not accepted. Not for a nonce that is too old, nor for the
// challenge of a further proxy.
// txn-auth-stale: a nonce that was accepted before is refused without "stale=true". The client must
// think that its password is wrong, and does not come back with the new nonce.
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/digest.h"
#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::txn_auth_failed {
namespace {

extern const Detector detector;
extern const Detector stale_detector;

constexpr uint32_t kMinRefused = 2;
constexpr uint32_t kMinStale = 3;
constexpr int64_t kAtOnceNs = 5'000'000'000;  // a client that takes the new nonce waits no longer

// Refused requests since credentials were last accepted.
struct Refused {
  uint32_t times = 0;
  TransactionId last;
};

// Requests of this call that were refused although the server had accepted their nonce before
// (RFC 7616 3.3), ascending.
std::vector<TransactionId> refused_with_old_nonce(CallContext& context,
                                                  const std::vector<TransactionId>& refused) {
  absl::flat_hash_set<uint64_t> taken;
  std::vector<TransactionId> old;
  if (refused.empty()) return old;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.request_path || !txn.has_auth || txn.final_status == 0) continue;
    const bool is_refused = std::binary_search(refused.begin(), refused.end(), id);
    if (!is_refused && !txn.succeeded()) continue;
    if (!context.view.load(context.message(txn.request))) continue;
    const uint64_t nonce = nonce_of(context.view.sip());
    if (nonce == 0) continue;
    if (!is_refused) taken.insert(nonce);
    if (is_refused && txn.final_status != 403 && taken.contains(nonce)) old.push_back(id);
  }
  return old;
}

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

// The refused requests of a call, ascending.
struct Refusals {
  std::vector<TransactionId> wrong, stale;  // as Refusal says
  std::vector<TransactionId> old;           // of `wrong`: their nonce had been accepted before
};

Refusals refusals_of(CallContext& context) {
  Refusals all;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.request_path || !txn.has_auth) continue;
    const Refusal refusal = refusal_of(context.model, context.view, txn);
    if (refusal == Refusal::wrong) all.wrong.push_back(id);
    if (refusal == Refusal::stale) all.stale.push_back(id);
  }
  all.old = refused_with_old_nonce(context, all.wrong);
  return all;
}

void check(CallContext& context, CallAnalysis* out) {
  const Refusals all = refusals_of(context);
  const auto is_in = [](const std::vector<TransactionId>& ids, TransactionId id) {
    return std::binary_search(ids.begin(), ids.end(), id);
  };
  Refused wrong, stale;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.request_path || !txn.has_auth) continue;
    if (txn.succeeded()) wrong = stale = Refused{};
    if (is_in(all.wrong, id) && !is_in(all.old, id)) wrong = {wrong.times + 1, id};
    if (is_in(all.stale, id)) stale = {stale.times + 1, id};
  }
  if (wrong.times == 0 && stale.times >= kMinStale) return tell(context, stale, true, out);
  if (wrong.times == 0) return;
  if (context.model.transactions[wrong.last].final_status == 403 || wrong.times >= kMinRefused ||
      context.call.state == CallState::rejected)
    tell(context, wrong, false, out);
}

// The client sent credentials again soon after the refusal, and they were not refused.
bool recovers(const CallContext& context, const TransactionRecord& refused) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       const int64_t after_ns = txn.first_ns - refused.final_response_ns;
                       return txn.has_auth && after_ns >= 0 && after_ns < kAtOnceNs &&
                              (txn.succeeded() || txn.final_status == 0);
                     });
}

void check_stale(CallContext& context, CallAnalysis* out) {
  const std::vector<TransactionId> old = refusals_of(context).old;
  if (old.empty()) return;
  const TransactionRecord& first = context.model.transactions[old.front()];
  const int64_t known_ns =
      watched_until(context.model, context.message(first.final_response)) - first.final_response_ns;
  if (known_ns < kAtOnceNs || recovers(context, first)) return;
  Finding finding = finding_of(context, stale_detector, old.front());
  for (const TransactionId id : old) {
    const TransactionRecord& txn = context.model.transactions[id];
    finding.evidence.push_back(context.message(txn.request).frame);
    finding.evidence.push_back(context.message(txn.final_response).frame);
  }
  finding.summary = fmt::format(
      "{} refuses the nonce that it took from {} before ({} to {}, {}), with a new one and without "
      "stale=true: the client concludes that its password is wrong and does not use the new nonce",
      endpoint_text(context, first.dst), endpoint_text(context, first.src), first.final_status,
      to_string(first.method), times_text(old.size()));
  finding.explanation =
      "The same credentials were accepted before, so user and password are right: the nonce is too "
      "old. stale=true would say so, and the client would answer the new one without asking "
      "anyone.";
  finding.remedy =
      "Let the server say stale=true when a nonce has run out, or make it last longer than a "
      "registration; a client may try the new nonce once all the same.";
  finding.rfc = "RFC 7616 3.3";
  report(out, std::move(finding));
}

const Detector detector("txn-auth-failed", Severity::error,
                        "401, 407 or 403 although credentials were sent", check);
const Detector stale_detector(
    "txn-auth-stale", Severity::warning,
    "an old nonce is refused without stale=true, and the client does not take the new one",
    check_stale);

}  // namespace
}  // namespace sipladder::txn_auth_failed
