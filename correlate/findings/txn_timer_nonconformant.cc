// txn-timer-nonconformant: gaps between retransmissions that no timer of RFC 3261 17 explains, with
// the T1 that the sender really uses; and requests repeated over a reliable transport.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder::txn_timer_nonconformant {
namespace {

extern const Detector detector;

constexpr int64_t kMs = 1'000'000;
constexpr int64_t kT2 = 4'000 * kMs;
constexpr int64_t kLongestT1 = 8'000 * kMs;
constexpr size_t kMinGaps = 3;

std::vector<int64_t> gaps_of(const CallContext& context, const TransactionRecord& txn) {
  std::vector<int64_t> gaps;
  int64_t later = 0;
  for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
    const MessageRecord& message = context.message(id);
    if (!message.is_request() || message.duplicate || message.method != txn.method) continue;
    if (later != 0) gaps.push_back(later - message.time_ns);
    later = message.time_ns;
  }
  std::reverse(gaps.begin(), gaps.end());
  return gaps;
}

bool is_near(int64_t a, int64_t b) {
  return std::abs(a - b) <= 60 * kMs + std::max(a, b) / 5;
}

// Doubled from T1 on, capped at T2 unless it is an INVITE; a copy that was lost before this point
// leaves two gaps as one.
bool fits_timer(const std::vector<int64_t>& gaps, bool capped) {
  int64_t expected = gaps.front();
  if (expected > kLongestT1) return true;  // not a retransmission timer at all
  for (const int64_t gap : gaps) {
    int64_t sum = 0;
    do {
      sum += expected;
      expected = capped ? std::min(2 * expected, std::max(kT2, expected)) : 2 * expected;
    } while (sum < gap && !is_near(sum, gap));
    if (!is_near(sum, gap)) return false;
  }
  return true;
}

std::string gaps_text(const std::vector<int64_t>& gaps) {
  std::string text;
  for (size_t i = 0; i < gaps.size() && i < 8; i++) {
    text += fmt::format("{}{:.2f}", i == 0 ? "" : ", ", static_cast<double>(gaps[i]) / 1e9);
  }
  return text + (gaps.size() > 8 ? ", ..." : "");
}

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    // What is sent again after a provisional response follows other rules (17.1.2.2, T2 at once).
    const bool reliable = txn.transport != Transport::udp;
    const bool many = txn.requests > (reliable ? 1U : kMinGaps);
    if (!many || txn.kind == TransactionKind::ack_2xx || txn.provisionals > 0) continue;
    const std::vector<int64_t> gaps = gaps_of(context, txn);
    if (gaps.empty()) continue;
    if (!reliable && (gaps.size() < kMinGaps || fits_timer(gaps, txn.method != Method::invite))) {
      continue;
    }
    Finding finding = finding_of(context, detector, id);
    finding.summary =
        reliable
            ? fmt::format("{} from {} sent {} times over {}, a reliable transport",
                          to_string(txn.method), endpoint_text(context, txn.src), txn.requests,
                          to_string(txn.transport))
            : fmt::format("{} from {} is repeated after {} s: no doubling of its first gap",
                          to_string(txn.method), endpoint_text(context, txn.src), gaps_text(gaps));
    finding.explanation =
        "Requests are repeated after T1, 2*T1, 4*T1, ...; non-INVITEs at most T2 "
        "apart; over TCP, TLS and WebSocket never.";
    finding.remedy =
        "Set the sender's timers to the standard (T1 500 ms, T2 4 s); nothing breaks while it does "
        "not flood.";
    finding.rfc = "RFC 3261 17.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-timer-nonconformant", Severity::info,
                        "retransmissions that no timer of RFC 3261 explains", check);

}  // namespace
}  // namespace sipladder::txn_timer_nonconformant
