// nat-tcp-dead: a request is written into a TCP connection that a NAT has forgotten, or a server
// tries in vain to open a connection to the port of a NAT.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_tcp_dead {
namespace {

extern const Detector detector;

using Stalls = std::multimap<uint32_t, const TcpStall*>;  // by the frame of the newest bytes

void fill(const TcpStall& stall, Finding* finding) {
  finding->explanation =
      "A NAT forgets a connection that was silent for too long, or was restarted, and tells "
      "nobody. "
      "What is written into it, or to its old port, is lost without a word.";
  finding->remedy =
      "Send keep-alives in the connection more often than the NAT forgets (RFC 5626: CRLF CRLF "
      "every 95 to 120 s, or what Flow-Timer says), and register again when they stay without an "
      "answer.";
  finding->rfc = "RFC 5626 3.5.1";
  finding->evidence = {stall.first_frame, stall.last_frame};
  sort_unique(&finding->evidence);
}

std::string sent_text(const TcpStall& stall) {
  return fmt::format("sent {} in {} without a sign of the other side", times_text(stall.copies + 1),
                     seconds_text(stall.last_ns - stall.first_ns));
}

void tell_request(const Model& model, const TcpStall& stall, MessageId id,
                  std::vector<Finding>* out) {
  const MessageRecord& message = model.messages[id];
  if (!message.is_request() || !model.transactions.holds(message.txn)) return;
  const TransactionRecord& txn = model.transactions[message.txn];
  if (txn.first_response_ns != 0 || txn.method == Method::ack) return;
  Finding finding = finding_of(detector);
  finding.call = message.call;
  finding.txn = message.txn;
  finding.message = id;
  finding.explains.push_back(message.call);
  finding.summary = fmt::format("the TCP connection from {} to {} is dead: the {} (frame {}) is {}",
                                to_string(stall.src), to_string(stall.dst), to_string(txn.method),
                                message.frame, sent_text(stall));
  fill(stall, &finding);
  report(out, std::move(finding));
}

void tell_opening(const TcpStall& stall, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  finding.summary = fmt::format(
      "{} opens no connection to {}, the port of a client at its NAT: its SYN (frame {}) "
      "is {}",
      to_string(stall.src), to_string(stall.dst), stall.first_frame, sent_text(stall));
  fill(stall, &finding);
  report(out, std::move(finding));
}

bool is_behind(const NatAudit& nat, const Endpoint& end) {
  const EndpointNat* const known = nat.of(end);
  return known != nullptr && known->behind == true;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  Stalls stalls;
  for (const TcpStall& stall : context.model.tcp_stalls) {
    if (stall.opening) {
      if (is_behind(context.nat, stall.dst) && context.nat.sends(stall.src.ip))
        tell_opening(stall, out);
    } else if (is_behind(context.nat, stall.dst) || is_behind(context.nat, stall.src)) {
      stalls.emplace(stall.first_frame, &stall);
    }
  }
  if (stalls.empty()) return;
  for (const MessageId id : context.model.messages.ids()) {
    const MessageRecord& message = context.model.messages[id];
    const auto [first, last] = stalls.equal_range(message.frame);
    for (auto found = first; found != last; ++found) {
      const TcpStall& stall = *found->second;
      if (context.model.endpoints[message.src] == stall.src &&
          context.model.endpoints[message.dst] == stall.dst)
        tell_request(context.model, stall, id, out);
    }
  }
}

const Detector detector("nat-tcp-dead", Severity::error,
                        "a NAT has forgotten a TCP connection that is still written to", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_tcp_dead
