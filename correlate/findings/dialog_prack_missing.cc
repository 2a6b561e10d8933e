// dialog-prack-missing: a reliable provisional response (RFC 3262) for which no PRACK comes.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr int64_t kPatience_ns = 1'000'000'000;  // more than a PRACK takes

struct Reliable {
  MessageId first;
  std::vector<uint32_t> frames;
  TransactionId txn;
};

bool has_prack(const CallContext& context, const MessageRecord& response) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == Method::prack && txn.last_ns >= response.time_ns) return true;
  }
  return false;
}

// Sent once only: the PRACK may have taken another way, unless the ACK or BYE of its sender came
// this one. Within a moment a final response makes it needless.
bool would_pass_here(const CallContext& context, const TransactionRecord& invite,
                     const MessageRecord& response) {
  const int64_t until =
      invite.final_response_ns != 0 ? invite.final_response_ns : context.call.end_ns;
  if (until - response.time_ns < kPatience_ns) return false;
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return (txn.method == Method::ack || txn.method == Method::bye) &&
                              txn.in_dialog && txn.src == invite.src && txn.dst == invite.dst;
                     });
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.ring_ns == 0 && context.call.progress_ns == 0) return;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || txn.provisionals == 0 || txn.request_path) continue;
    Reliable reliable;
    for (MessageId m = txn.last_message; m; m = context.message(m).previous_in_txn) {
      const MessageRecord& message = context.message(m);
      if (!message.has_rseq || message.duplicate || message.status < 101 || message.status > 199)
        continue;
      reliable.first = message.original ? message.original : m;
      reliable.frames.push_back(message.frame);
    }
    if (reliable.frames.empty() || !reliable.first) continue;
    const MessageRecord& first = context.message(reliable.first);
    if (reliable.frames.size() == 1 && !would_pass_here(context, txn, first)) continue;
    if (has_prack(context, first)) continue;
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = first.dialog;
    finding.message = reliable.first;
    finding.evidence = reliable.frames;
    finding.summary =
        fmt::format("{} from {} is reliable and was sent {}; no PRACK comes", first.status,
                    endpoint_text(context, txn.dst), times_text(reliable.frames.size()));
    finding.explanation =
        "A provisional response with RSeq is repeated until its PRACK, and fails the call after "
        "64*T1.";
    finding.remedy =
        "The caller must not offer 100rel when it sends no PRACK; or the PRACK is lost on the way "
        "to the Contact of the response.";
    finding.rfc = "RFC 3262 3";
    report(out, std::move(finding));
    return;
  }
}

const Detector detector("dialog-prack-missing", Severity::warning,
                        "a reliable provisional response without PRACK", check);

}  // namespace
}  // namespace sipladder
