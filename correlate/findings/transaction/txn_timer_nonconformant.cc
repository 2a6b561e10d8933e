// txn-timer-nonconformant: gaps between retransmissions that no timer of RFC 3261 17 explains, even
// with the T1 that the sender seems to use; and requests repeated over a reliable transport.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::txn_timer_nonconformant {
namespace {

extern const Detector detector;

constexpr int64_t kMsNs = 1'000'000;
constexpr int64_t kShortestT1 = kMsNs;
constexpr int64_t kLongestT1 = 8'000 * kMsNs;
constexpr int64_t kLongestGap = 86'400'000 * kMsNs;  // no sender repeats a request a day later
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
  return std::abs(a - b) <= 60 * kMsNs + std::max(a, b) / 5;
}

// The intervals at which a sender repeats a request (RFC 3261 17.1): each is twice the one before,
// and no longer than T2 unless the request is an INVITE.
class Intervals {
 public:
  Intervals(int64_t first_ns, bool capped) : next_ns_(first_ns), capped_(capped) {}

  // One or more of the next intervals add up to this gap. There are several where copies in between
  // were lost before this point. Takes log(gap) steps, whatever times the packets claim.
  bool make_up(int64_t gap_ns) {
    int64_t sum_ns = 0;
    do {
      const int64_t step_ns = next_ns_;
      sum_ns += step_ns;
      if (!capped_ || step_ns < kT2Ns)
        next_ns_ = capped_ ? std::min(2 * step_ns, kT2Ns) : 2 * step_ns;
      if (next_ns_ == step_ns && sum_ns < gap_ns)
        sum_ns += (gap_ns - sum_ns) / step_ns * step_ns;  // all further intervals of this length
    } while (sum_ns < gap_ns && !is_near(sum_ns, gap_ns));
    return is_near(sum_ns, gap_ns);
  }

 private:
  int64_t next_ns_;
  const bool capped_;
};

bool fits_timer(const std::vector<int64_t>& gaps, bool capped) {
  // T1 is taken from the first gap; copies at one moment or out of order do not tell it.
  auto first = std::find_if(gaps.begin(), gaps.end(), [](int64_t ns) { return ns >= kShortestT1; });
  if (first == gaps.end()) first = gaps.begin();
  if (*first > kLongestT1) return true;  // not a retransmission timer at all
  Intervals intervals(std::max(*first, kShortestT1), capped);
  return std::all_of(first, gaps.end(), [&](int64_t gap_ns) {
    return gap_ns <= kLongestGap && intervals.make_up(gap_ns);
  });
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
    // After a provisional response other rules hold: the interval is T2 at once (RFC
    // 3261 17.1.2.2).
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
            : fmt::format("{} from {} is repeated after {} s: the gaps do not double",
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
                        "retransmissions that no timer of RFC 3261 explains", check,
                        {.needs = TimeNeed::fractions});

}  // namespace
}  // namespace sipladder::txn_timer_nonconformant
