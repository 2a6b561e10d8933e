// txn-timeout: no final response within 64*T1 (Timer B or F). Not when the client never repeated an
// unreliable request: then it got an answer by a path that this capture does not see. Of a request
// that times out on hop after hop, the last hop tells.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/hops.h"
#include "correlate/findings/icmp_rejection.h"
#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder {
namespace {

extern const Detector detector;

// A proxy that gives up before Timer B says 408 to the hop before; one that is told by ICMP need
// not wait, and some say 480 or 5xx.
bool given_up(const CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 0 || txn.provisionals != 0 || !txn.request_path) return false;
  const TransactionRecord& before = context.model.transactions[txn.request_path];
  if (before.final_response_ns <= txn.last_ns) return false;
  if (before.final_status == 408 && txn.requests >= 2) return true;
  const bool unreachable = before.final_status == 408 || before.final_status == 480 ||
                           (before.final_status >= 500 && before.final_status < 600);
  return unreachable && is_rejected(context.model, txn);
}

// Another target took what this one did not.
bool is_accepted_elsewhere(const CallContext& context, const TransactionRecord& txn) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& other = context.model.transactions[id];
                       return other.method == txn.method && other.src == txn.src &&
                              other.first_ns >= txn.first_ns && other.succeeded();
                     });
}

bool timed_out(const CallContext& context, const TransactionRecord& txn) {
  if (!txn.request || txn.method == Method::ack) return false;
  if (txn.method == Method::bye || txn.method == Method::cancel) return false;
  if (given_up(context, txn)) return true;
  if (settle(txn, context.model.now_ns).state != TransactionState::timed_out ||
      txn.final_status != 0)
    return false;
  if (txn.transport != Transport::udp || txn.requests >= 3) return true;
  // Whoever pings an address finds out by asking several times: gateway-down.
  if (txn.method == Method::options) return false;
  return is_rejected(context.model, txn) && !is_accepted_elsewhere(context, txn);
}

std::string times_sent(const TransactionRecord& txn) {
  if (txn.requests == 1) return times_text(1);
  return fmt::format("{} in {}", times_text(txn.requests),
                     seconds_text(txn.last_ns - txn.first_ns));
}

std::string what_came_back(const CallContext& context, const Hops& hops, TransactionId id,
                           Finding* finding) {
  const TransactionRecord& txn = context.model.transactions[id];
  if (txn.provisionals != 0) return "only provisional responses came back";
  std::string why =
      rejection_text(rejections(context.model, txn.src, txn.dst, txn.first_ns), "it", finding);
  if (why.empty()) why = hops.what_became_of(id, finding);
  return why.empty() ? "nothing came back" : why;
}

Finding finding_about(const CallContext& context, const Hops& hops, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.message = txn.request;
  hops.add_copies_before(id, &finding);
  const char timer = txn.method == Method::invite ? 'B' : 'F';
  finding.summary = fmt::format("{} from {} to {} sent {}: {}", to_string(txn.method),
                                endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
                                times_sent(txn), what_came_back(context, hops, id, &finding));
  finding.explanation = fmt::format(
      "The client transaction ends by Timer {} after 64*T1 (32 s) without a final response.",
      timer);
  finding.remedy =
      "Check that the address is right and reachable, that the server listens there, and that "
      "its responses are not lost on "
      "the way back (NAT, firewall, Via without rport).";
  finding.rfc = txn.method == Method::invite ? "RFC 3261 17.1.1.2" : "RFC 3261 17.1.2.2";
  return finding;
}

void check(CallContext& context, CallAnalysis* out) {
  std::vector<TransactionId> failed;
  for (const TransactionId id : context.transactions) {
    if (timed_out(context, context.model.transactions[id])) failed.push_back(id);
  }
  if (failed.empty()) return;
  const Hops hops(context);
  for (const TransactionId id : hops.last_of(failed)) {
    report(out, finding_about(context, hops, id));
  }
}

const Detector detector("txn-timeout", Severity::error,
                        "no final response within 64*T1 (Timer B or F)", check);

}  // namespace
}  // namespace sipladder
