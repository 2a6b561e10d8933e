// txn-timeout: no final response within 64*T1 (Timer B or F). For an INVITE that got provisional
// responses: nothing more within Timer C. Not when the client never repeated a request over UDP:
// then it got an answer by a path that this capture does not see. A request that times out on
// several hops is told for the last one.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "correlate/findings/shared/hops.h"
#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::txn_timeout {
namespace {

extern const Detector detector;

// The proxy that sent the request gave up, because it answered the hop before. It sends 408 when it
// gives up before Timer B; after an ICMP error it need not wait, and may send 480 or 5xx.
bool given_up(const CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 0 || txn.provisionals != 0 || !txn.request_path) return false;
  const TransactionRecord& before = context.model.transactions[txn.request_path];
  if (before.final_response_ns <= txn.last_ns) return false;
  if (before.final_status == 408 && txn.requests >= 2) return true;
  const bool unreachable = before.final_status == 408 || before.final_status == 480 ||
                           (before.final_status >= 500 && before.final_status < 600);
  return unreachable && is_rejected(context.model, txn);
}

// The requests of a call that succeed, so that one that fails can be looked up.
class Accepted {
 public:
  explicit Accepted(const CallContext& context) : context_(context) {}

  // A later request of this client with the same method was accepted.
  bool elsewhere(const TransactionRecord& txn) {
    gather();
    const auto newest = newest_ns_.find({txn.method, txn.src});
    return newest != newest_ns_.end() && newest->second >= txn.first_ns;
  }

  // Nothing came back, and the same request of the same client was accepted by another server
  // (RFC 3263 4.3) or on another branch.
  bool carries(const TransactionRecord& txn) {
    if (txn.final_status != 0 || txn.provisionals != 0) return false;
    gather();
    const auto servers = servers_.find(request_of(txn));
    return servers != servers_.end() &&
           (servers->second.first != txn.dst || servers->second.second != txn.dst);
  }

 private:
  // Gathered when first asked for: most calls never ask.
  void gather() {
    if (std::exchange(gathered_, true)) return;
    for (const TransactionId id : context_.transactions) {
      const TransactionRecord& txn = context_.model.transactions[id];
      if (!txn.succeeded()) continue;
      int64_t& newest_ns = newest_ns_.try_emplace({txn.method, txn.src}, INT64_MIN).first->second;
      newest_ns = std::max(newest_ns, txn.first_ns);
      Servers& servers = servers_.try_emplace(request_of(txn), txn.dst, txn.dst).first->second;
      if (servers.second == servers.first) servers.second = txn.dst;
    }
  }
  using Servers = std::pair<EndpointId, EndpointId>;  // two servers that accepted, or one twice
  using Request = std::tuple<Method, uint32_t, bool, decltype(IpAddress::bytes), uint8_t>;
  Request request_of(const TransactionRecord& txn) const {
    const IpAddress& client = context_.model.endpoints[txn.src].ip;
    return {txn.method, txn.cseq, txn.in_dialog, client.bytes, client.family};
  }

  const CallContext& context_;
  bool gathered_ = false;
  std::map<std::pair<Method, EndpointId>, int64_t> newest_ns_;  // sent last, by client
  std::map<Request, Servers> servers_;
};

// Nothing follows the provisional responses of an INVITE for longer than Timer C. A callee that
// needs longer sends one every minute (RFC 3261 13.3.1.1), and a proxy gives up then (16.6, 16.8).
// Early media that goes on shows that the callee is there. Not for a call that ended meanwhile or
// whose answer was not seen.
bool is_left_ringing(const CallContext& context, const TransactionRecord& txn) {
  constexpr int64_t kTimerCNs = 180'000'000'000;
  if (txn.method != Method::invite || txn.provisionals == 0 || txn.final_status != 0) return false;
  if (txn.cancelled || txn.acked || capture_dropped(context)) return false;
  const CallRecord& call = context.call;
  if (call.answer_ns == 0 && call.bye_ns != 0) return false;
  int64_t last_ns = txn.last_ns;
  if (call.answer_ns == 0) {
    for (const StreamId id : context.streams)
      last_ns = std::max(last_ns, context.model.streams[id].last_ns);
  }
  int64_t end_ns = watched_until(context.model, txn);
  if (txn.in_dialog && txn.dialog && context.model.dialogs[txn.dialog].ended_ns != 0)
    end_ns = std::min(end_ns, context.model.dialogs[txn.dialog].ended_ns);
  return end_ns - last_ns > kTimerCNs;
}

// The time from the first copy to the second: the T1 that the client uses.
int64_t observed_t1(const CallContext& context, const TransactionRecord& txn) {
  int64_t second_ns = 0, first_ns = 0;
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    if (!message.is_request() || message.duplicate || message.method != txn.method) continue;
    second_ns = first_ns;
    first_ns = message.time_ns;
  }
  return second_ns - first_ns;
}

// The final response came after the client had given up. If the client acknowledges it, it had not.
bool is_answered_too_late(const CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status == 0 || txn.provisionals != 0 || txn.acked) return false;
  if (txn.transport != Transport::udp || txn.requests < 3) return false;
  const int64_t waited_ns = txn.final_response_ns - txn.first_ns;
  return waited_ns > kTimerB && waited_ns > 64 * observed_t1(context, txn) + kT1Ns;
}

// The client has sent its last copy, and the capture ends just before Timer B would fire.
bool is_given_up_soon(const TransactionRecord& txn) {
  constexpr int64_t kLastCopy = kTimerB * 15 / 16;
  return txn.method == Method::invite && txn.provisionals == 0 && !txn.acked && txn.requests >= 6 &&
         txn.last_ns - txn.first_ns >= kLastCopy;
}

// Every copy was rejected by ICMP. Of three copies this counts when the capture goes on for longer
// than the client has waited between all of them, since then the next one would be here. Five of
// them have taken so long that nobody waits for a sixth.
bool is_rejected_each_time(const CallContext& context, const TransactionRecord& txn) {
  constexpr int64_t kLongestWait =
      16'000'000'000;  // the sixth gap of an INVITE (RFC 3261 17.1.1.2)
  if (txn.provisionals != 0 || txn.acked || txn.requests < 3 || txn.method == Method::options)
    return false;
  constexpr uint32_t kManyCopies = 5;
  const int64_t waited_ns = std::min(txn.last_ns - txn.first_ns, kLongestWait);
  return count_rejections(context.model, txn) >= txn.requests &&
         (txn.requests >= kManyCopies ||
          watched_until(context.model, txn) - txn.last_ns > waited_ns);
}

bool timed_out(const CallContext& context, const TransactionRecord& txn, Accepted& accepted) {
  if (!txn.request || txn.method == Method::ack) return false;
  if (txn.method == Method::bye || txn.method == Method::cancel) return false;
  if (is_answered_too_late(context, txn)) return true;
  if (given_up(context, txn) || is_left_ringing(context, txn)) return true;
  if (txn.final_status != 0) return false;
  if (state_as_of_now(context.model, txn).state != TransactionState::timed_out)
    return is_given_up_soon(txn) ||
           (is_rejected_each_time(context, txn) && !accepted.elsewhere(txn));
  if (txn.transport != Transport::udp || txn.requests >= 3) return true;
  // A single unanswered ping proves little; gateway-down looks at several.
  if (txn.method == Method::options) return false;
  return is_rejected(context.model, txn) && !accepted.elsewhere(txn);
}

std::string times_sent(const TransactionRecord& txn) {
  if (txn.requests == 1) return times_text(1);
  return fmt::format("{} in {}", times_text(txn.requests),
                     seconds_text(txn.last_ns - txn.first_ns));
}

std::string what_came_back(const CallContext& context, const Hops& hops, TransactionId id,
                           Finding* finding) {
  const TransactionRecord& txn = context.model.transactions[id];
  if (txn.final_status != 0) {
    const uint32_t frame = context.message(txn.final_response).frame;
    finding->evidence.push_back(frame);
    return fmt::format("the {} comes after {} (frame {}), when it had given up", txn.final_status,
                       seconds_text(txn.final_response_ns - txn.first_ns), frame);
  }
  if (txn.provisionals != 0) {
    const std::string fate = hops.what_became_of(id, finding);
    const MessageRecord& last = context.message(txn.last_message);
    if (last.status != 0) finding->evidence.push_back(last.frame);
    return fmt::format("only provisional responses came back, the last after {}{}",
                       seconds_text(txn.last_ns - txn.first_ns), fate.empty() ? "" : "; " + fate);
  }
  std::string why =
      rejection_text(rejections(context.model, txn.src, txn.dst, txn.first_ns), "it", finding);
  return why.empty() ? hops.what_became_of(id, finding) : why;
}

int64_t last_copy_ns(const CallContext& context, const TransactionRecord& txn) {
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    if (message.is_request() && message.method == txn.method) return message.time_ns;
  }
  return txn.first_ns;
}

// Describes a request without any response, for which nothing in the capture gives a reason.
void describe_silence(const CallContext& context, const TransactionRecord& txn, Finding* finding) {
  const bool invite = txn.method == Method::invite;
  const std::string server = endpoint_text(context, txn.dst);
  const bool plural = txn.requests > 1 && txn.method != Method::options;
  finding->summary = fmt::format(
      "{} never answered: {} {}{}{}{}", server, txn.requests, to_string(txn.method),
      plural ? "s" : "",
      txn.requests > 1 ? " in " + seconds_text(txn.last_ns - txn.first_ns) : std::string(),
      invite ? ", not even a 100" : "");
  finding->explanation = fmt::format(
      "{} asks again and again, for at most 64*T1 (32 s, Timer {}){}. The requests do not arrive, "
      "nobody listens there, or what is answered does not come back.",
      endpoint_text(context, txn.src), invite ? 'B' : 'F',
      invite ? "; a server that is there sends 100 Trying at once" : "");
  finding->remedy = fmt::format(
      "Check in order: 1. is {} the right address (DNS, trunk or registration)? 2. capture there: "
      "do the requests arrive? If not, a firewall or a route on the way drops them. 3. They "
      "arrive, and it says nothing: does the server run and listen on that port and transport, "
      "and does an access list drop {} unheard? 4. It answers: look at where the responses go "
      "(topmost Via, received, rport) and at the firewall on the way back.",
      server, ip_text(context, txn.src));
  finding->rfc = invite ? "RFC 3261 17.1.1.2" : "RFC 3261 17.1.2.2";
}

Finding finding_about(const CallContext& context, const Hops& hops, Accepted& accepted,
                      TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.message = txn.request;
  if (accepted.carries(txn)) finding.severity = Severity::warning;
  hops.add_copies_before(id, &finding);
  const bool invite = txn.method == Method::invite;
  const std::string back = what_came_back(context, hops, id, &finding);
  if (back.empty()) {
    describe_silence(context, txn, &finding);
    return finding;
  }
  finding.summary = fmt::format("{} from {} to {} sent {}: {}", to_string(txn.method),
                                endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
                                times_sent(txn), back);
  if (invite && txn.provisionals != 0) {
    finding.explanation =
        "Nothing more came for longer than Timer C (3 minutes), neither a final response nor the "
        "provisional one that would have asked for more time; and nobody sent a CANCEL.";
    finding.remedy =
        "Look in the log of the host that sent the last response for what became of the call, and "
        "set a limit for pending INVITEs on the proxies (Timer C, fr_inv_timer).";
    finding.rfc = "RFC 3261 16.8";
    return finding;
  }
  const int64_t repeated_ns = last_copy_ns(context, txn) - txn.first_ns;
  finding.explanation = fmt::format(
      "{}A client waits 64*T1 (32 s, Timer {}) for a final response, and then gives up.",
      repeated_ns == 0
          ? ""
          : fmt::format("The last copy was sent {} after the first. ", seconds_text(repeated_ns)),
      invite ? 'B' : 'F');
  finding.remedy =
      "Check that the address is right and can be reached, and that the server listens there. If "
      "it gets the request, its responses are lost on the way back: NAT, firewall, Via without "
      "rport.";
  finding.rfc = invite ? "RFC 3261 17.1.1.2" : "RFC 3261 17.1.2.2";
  return finding;
}

void check(CallContext& context, CallAnalysis* out) {
  std::vector<TransactionId> failed;
  Accepted accepted(context);
  for (const TransactionId id : context.transactions) {
    if (timed_out(context, context.model.transactions[id], accepted)) failed.push_back(id);
  }
  if (failed.empty()) return;
  const Hops hops(context);
  for (const TransactionId id : hops.last_of(failed)) {
    report(out, finding_about(context, hops, accepted, id));
  }
}

const Detector detector(
    "txn-timeout", Severity::error,
    "no final response within 64*T1 (Timer B or F), or Timer C after a provisional one (warning "
    "when another server takes the request)",
    check, {.of_same = {"txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::txn_timeout
