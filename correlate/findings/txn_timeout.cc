// txn-timeout: no final response within 64*T1 (Timer B or F). Not when the client never repeated an
// unreliable request: then it got an answer by a path that this capture does not see.
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "correlate/transactions.h"

namespace sipladder {
namespace {

extern const Detector detector;

// A proxy that gives up before Timer B says 408 to the hop before.
bool given_up(const CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 0 || txn.provisionals != 0 || !txn.request_path) return false;
  if (txn.requests < 2) return false;
  const TransactionRecord& before = context.model.transactions[txn.request_path];
  return before.final_status == 408 && before.final_response_ns > txn.last_ns;
}

bool timed_out(const CallContext& context, const TransactionRecord& txn) {
  if (!txn.request || txn.method == Method::ack) return false;
  if (txn.method == Method::bye || txn.method == Method::cancel) return false;
  if (given_up(context, txn)) return true;
  if (settle(txn, context.model.now_ns).state != TransactionState::timed_out ||
      txn.final_status != 0)
    return false;
  return txn.transport != Transport::udp || txn.requests >= 3;
}

// The network said that the request does not arrive.
std::vector<const IcmpErrorRecord*> rejections(const CallContext& context,
                                               const TransactionRecord& txn) {
  std::vector<const IcmpErrorRecord*> found;
  for (const IcmpErrorRecord& error : context.model.icmp_errors) {
    const bool about = error.src == txn.src && error.dst == txn.dst;
    if (about && error.time_ns >= txn.first_ns && error.time_ns <= txn.first_ns + kTimerB)
      found.push_back(&error);
  }
  return found;
}

// Fragment reassembly time exceeded (RFC 792, RFC 4443 3.3): it is reachable, and got a part.
bool lacks_fragments(const IcmpErrorRecord& error) {
  return error.type == (error.from.family == 4 ? 11 : 3) && error.code == 1;
}

std::string what_came_back(const TransactionRecord& txn,
                           const std::vector<const IcmpErrorRecord*>& rejected) {
  if (txn.provisionals != 0) return "only provisional responses came back";
  if (rejected.empty()) return "nothing came back";
  if (lacks_fragments(*rejected.front())) {
    return fmt::format("not all of its fragments come to {} (ICMP type {} code {})",
                       to_string(rejected.front()->from), rejected.front()->type,
                       rejected.front()->code);
  }
  return fmt::format("{} rejects it with ICMP type {} code {}", to_string(rejected.front()->from),
                     rejected.front()->type, rejected.front()->code);
}

Finding finding_about(const CallContext& context, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.message = txn.request;
  const auto rejected = rejections(context, txn);
  for (const IcmpErrorRecord* error : rejected) finding.evidence.push_back(error->frame);
  const char timer = txn.method == Method::invite ? 'B' : 'F';
  finding.summary =
      fmt::format("{} from {} to {} sent {} times in {}: {}", to_string(txn.method),
                  endpoint_text(context, txn.src), endpoint_text(context, txn.dst), txn.requests,
                  seconds_text(txn.last_ns - txn.first_ns), what_came_back(txn, rejected));
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
  for (const TransactionId id : context.transactions) {
    if (timed_out(context, context.model.transactions[id])) {
      report(out, finding_about(context, id));
    }
  }
}

const Detector detector("txn-timeout", Severity::error,
                        "no final response within 64*T1 (Timer B or F)", check);

}  // namespace
}  // namespace sipladder
