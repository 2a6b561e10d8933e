// cap-tcp-gap: bytes are missing in TCP streams with SIP. The messages in a gap are not known; the
// calls that may lack them are named. Missing bytes that their receiver acknowledged are told by
// cap-thinned.
#include <fmt/format.h>

#include <map>
#include <set>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_tcp_gap {
namespace {

extern const Detector detector;

// One direction of a connection.
struct Flow {
  std::vector<TcpGap> gaps;
  std::set<uint32_t> lacking;  // calls with a transaction that lacks something, perhaps in a gap
  std::set<uint32_t> across;   // calls with a transaction under way at a gap
};
using Flows = std::map<std::pair<Endpoint, Endpoint>, Flow>;

// The transaction lacks a message that the gap may hide. Either its final response or its ACK is
// not here; or its request is not, and its response comes from where this direction goes.
bool lacks_something(const Model& model, const TransactionRecord& txn, const TcpGap& gap) {
  constexpr int64_t kAnswerAfterNs = 32'000'000'000;
  if (!txn.request) {
    const MessageRecord& answer = model.messages[txn.first_message];
    return model.endpoints[answer.src] == gap.dst && txn.first_ns >= gap.before_ns &&
           txn.first_ns - gap.after_ns <= kAnswerAfterNs;
  }
  const bool done =
      txn.final_status != 0 && (txn.method != Method::invite || !txn.succeeded() || txn.acked);
  return !done && txn.method != Method::ack && txn.first_ns <= gap.after_ns;
}

// The transaction was under way at the gap, so a provisional response or a copy may be missing.
bool is_across(const TransactionRecord& txn, const TcpGap& gap) {
  return txn.method != Method::ack && txn.first_ns <= gap.after_ns && txn.last_ns >= gap.before_ns;
}

void find_calls(const Model& model, Flows* flows) {
  const auto note = [&](const Endpoint& src, const Endpoint& dst, const MessageRecord& message) {
    const auto found = flows->find({src, dst});
    if (found == flows->end()) return;
    for (const TcpGap& gap : found->second.gaps) {
      const TransactionRecord& txn = model.transactions[message.txn];
      if (lacks_something(model, txn, gap)) found->second.lacking.insert(message.call.value);
      if (is_across(txn, gap)) found->second.across.insert(message.call.value);
    }
  };
  for (const MessageId id : model.messages.ids()) {
    const MessageRecord& message = model.messages[id];
    if (message.transport == Transport::udp || !message.txn || !message.call) continue;
    const Endpoint& src = model.endpoints[message.src];
    const Endpoint& dst = model.endpoints[message.dst];
    note(src, dst, message);
    note(dst, src, message);
  }
}

std::string calls_text(const std::set<uint32_t>& calls) {
  return (calls.size() == 1 ? "call " : "calls ") +
         list_text(calls, 5, [](uint32_t call) { return std::to_string(call); });
}

std::string flow_text(const std::pair<Endpoint, Endpoint>& ends, const Flow& flow) {
  const TcpGap& first = flow.gaps.front();
  std::string text = fmt::format("from {} to {} ", to_string(ends.first), to_string(ends.second));
  text += first.before_frame == 0
              ? fmt::format("before frame {}", first.after_frame)
              : fmt::format("between frames {} and {}", first.before_frame, first.after_frame);
  if (!flow.lacking.empty()) return text + ", perhaps of " + calls_text(flow.lacking);
  if (!flow.across.empty()) return text + ", while " + calls_text(flow.across) + " went on";
  return text;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  constexpr size_t kShownFlows = 3;
  const uint64_t gaps = context.model.oddities[static_cast<size_t>(Oddity::tcp_gap)];
  if (gaps == 0 || context.model.accounting.sip_messages == 0) return;
  Flows flows;
  for (const TcpGap& gap : context.model.tcp_gaps) {
    if (!gap.acknowledged) flows[{gap.src, gap.dst}].gaps.push_back(gap);
  }
  find_calls(context.model, &flows);
  Finding finding = finding_of(detector);
  finding.summary =
      fmt::format("{} in TCP streams: messages are missing there", counted(gaps, "gap"));
  size_t shown = 0;
  for (const auto& [ends, flow] : flows) {
    if (shown++ < kShownFlows) finding.summary += "; " + flow_text(ends, flow);
    for (const TcpGap& gap : flow.gaps) {
      if (finding.evidence.size() >= kShownFrames) break;
      if (gap.before_frame != 0) finding.evidence.push_back(gap.before_frame);
      finding.evidence.push_back(gap.after_frame);
    }
  }
  if (shown > kShownFlows)
    finding.summary += "; " + counted(shown - kShownFlows, "other connection");
  finding.explanation =
      "Segments were not captured; the next message after the gap is found again. What a call "
      "seems "
      "to lack can have been in the gap.";
  finding.remedy =
      "Capture again with a larger buffer (tcpdump -B 65536), and on every link of a bond or "
      "mirror that the packets can take.";
  finding.rfc = "RFC 9293 3.4";
  report(out, std::move(finding));
}

const Detector detector("cap-tcp-gap", Severity::warning,
                        "bytes are missing in TCP streams that carry SIP", check);

}  // namespace
}  // namespace sipladder::cap_tcp_gap
