// txn-response-lost: a client goes on repeating a request over UDP although responses passed here,
// so they do not reach it. Not for a single copy that crossed the response.
#include <fmt/format.h>

#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::txn_response_lost {
namespace {

extern const Detector detector;

constexpr uint32_t kMinCopies = 2;
constexpr int64_t kCrossingNs = 50'000'000;  // on the wire at the same time

// ICMP errors about the first response, in words; empty without them.
std::string rejected_responses(const CallContext& context, const TransactionRecord& txn,
                               Finding* finding) {
  MessageId answer;
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    if (context.message(id).status != 0) answer = id;
  }
  const MessageRecord& message = context.message(answer);
  const std::string why =
      rejection_text(rejections(context.model, message.src, message.dst, message.time_ns),
                     "the responses", finding);
  return why.empty() ? why : "; " + why;
}

// Copies of the request that were sent after a response that should have stopped them.
uint32_t copies_after_response(const CallContext& context, const TransactionRecord& txn) {
  int64_t answered = 0;
  // The chain runs from the newest message back.
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool stops = txn.method == Method::invite ? message.status >= 100 : message.status >= 200;
    if (stops) answered = message.time_ns;
  }
  if (answered == 0) return 0;
  uint32_t copies = 0;
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    const bool copy =
        message.is_request() && message.retransmission && message.method == txn.method;
    if (copy && message.time_ns > answered + kCrossingNs) copies++;
  }
  return copies;
}

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.transport != Transport::udp || txn.method == Method::ack) continue;
    if (txn.requests <= kMinCopies) continue;  // saves the walk over its messages
    const uint32_t repeated = copies_after_response(context, txn);
    if (repeated < kMinCopies) continue;
    Finding finding = finding_of(context, detector, id);
    for (const uint32_t frame : frames_of(context, txn, false)) finding.evidence.push_back(frame);
    for (MessageId m = txn.last_message; m; m = context.message(m).previous_in_txn) {
      if (context.message(m).status != 0 && finding.evidence.size() < 20) {
        finding.evidence.push_back(context.message(m).frame);
      }
    }
    finding.summary =
        fmt::format("{} sends {} {} more although {} answered it{}",
                    endpoint_text(context, txn.src), to_string(txn.method), times_text(repeated),
                    endpoint_text(context, txn.dst), rejected_responses(context, txn, &finding));
    finding.explanation =
        "A client stops repeating at the first response it gets (INVITE) or at the final one.";
    finding.remedy =
        "Compare where the response goes with where the request came from: received, rport and the "
        "port of the topmost Via; a NAT or firewall drops what does not fit.";
    finding.rfc = "RFC 3261 17.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-response-lost", Severity::warning,
                        "a request is repeated although responses to it were sent", check,
                        {.of_same = {"txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::txn_response_lost
