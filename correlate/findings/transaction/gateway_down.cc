// gateway-down: OPTIONS to one address fail three times or more in a row. Tells when the gateway
// went down, and when it came back.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <span>

#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::gateway_down {
namespace {

extern const Detector detector;

constexpr size_t kMinRounds = 3;

// A host that sends its next ping does not wait for the last one any more. Two pings this far apart
// are two rounds.
constexpr int64_t kNextRoundNs = 1'000'000'000;

struct Outage {
  std::vector<TransactionId> failed;  // in a row
  int64_t back_ns = 0;                // the first ping that was answered after it; 0: none was
};

// Of one gateway.
struct Pings {
  Outage now;  // few that failed are no outage yet
  std::vector<Outage> outages;

  void end_outage(int64_t back_ns) {
    now.back_ns = back_ns;
    if (now.failed.size() >= kMinRounds) outages.push_back(std::move(now));
    now = {};
  }
};

// When each pinger sent its newest OPTIONS to each gateway.
using NewestPings = std::map<std::pair<EndpointId, EndpointId>, int64_t>;

NewestPings newest_pings(const Model& model) {
  NewestPings newest;
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method == Method::options && txn.request) newest[{txn.src, txn.dst}] = txn.first_ns;
  }
  return newest;
}

// Hosts to which any SIP goes here. For a host that gets none, answers are perhaps not seen.
std::set<IpAddress> receivers(const Model& model) {
  std::set<IpAddress> hosts;
  for (const MessageId id : model.messages.ids())
    hosts.insert(model.endpoints[model.messages[id].dst].ip);
  return hosts;
}

std::map<EndpointId, Pings> pings_by_gateway(const Model& model) {
  const NewestPings newest = newest_pings(model);
  std::map<EndpointId, Pings> pings;
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method != Method::options || !txn.request) continue;
    Pings& seen = pings[txn.dst];
    const bool waiting = txn.final_status == 0 &&
                         newest.at({txn.src, txn.dst}) - txn.last_ns < kNextRoundNs &&
                         state_as_of_now(model, txn).state != TransactionState::timed_out;
    if (waiting) continue;
    if (txn.final_status != 0 && txn.final_status < 500) {
      seen.end_outage(txn.first_ns);
    } else {
      seen.now.failed.push_back(id);
    }
  }
  for (auto& [gateway, seen] : pings) seen.end_outage(0);
  return pings;
}

// When the gateway went down and came back, in words. Without times where a log has none.
std::string outage_text(const Model& model, const Outage& seen) {
  const TransactionRecord& first = model.transactions[seen.failed.front()];
  const size_t source = model.messages[first.request].source;
  const bool timed = source >= model.captures.size() || model.captures[source].has_times;
  const auto at = [&](std::string_view word, int64_t time_ns) {
    return timed ? fmt::format(" {} {}", word, time_of_day_text(time_ns)) : std::string();
  };
  const std::string begin = at("since", first.first_ns);
  if (seen.back_ns == 0) {
    const TransactionRecord& last = model.transactions[seen.failed.back()];
    return fmt::format("down{}, and not back at the last one{}", begin, at("at", last.first_ns));
  }
  return fmt::format("down{}; it is back{}, after {}", begin, at("at", seen.back_ns),
                     seconds_text(seen.back_ns - first.first_ns));
}

Finding finding_about(const Model& model, EndpointId gateway, const Outage& seen,
                      const Rejections& rejected) {
  constexpr size_t kEvidenceFrames = 20;
  const TransactionRecord& first = model.transactions[seen.failed.front()];
  Finding finding = finding_of(detector);
  finding.call = first.call;
  finding.txn = seen.failed.front();
  finding.message = first.request;
  for (const TransactionId id : seen.failed) {
    const TransactionRecord& txn = model.transactions[id];
    finding.explains.push_back(txn.call);
    if (finding.evidence.size() < kEvidenceFrames)
      finding.evidence.push_back(model.messages[txn.request].frame);
  }
  const std::string why = rejection_text(rejected, "them", &finding);
  finding.summary =
      fmt::format("{} fails {} OPTIONS in a row, {}{}{}", to_string(model.endpoints[gateway]),
                  seen.failed.size(), outage_text(model, seen), why.empty() ? "" : "; ", why);
  finding.explanation = "Pings without an answer, or with 5xx: no call gets through there.";
  finding.remedy =
      "See whether the gateway answers at all (ping it; ask its administrator for a restart or an "
      "overload at that time), and whether a firewall on the way lets its port pass.";
  finding.rfc = "RFC 3261 11";
  return finding;
}

// Outages after the first one: how many there were, with the frame at which each began.
void add_later(const Model& model, const Pings& seen, Finding* finding) {
  constexpr size_t kEvidenceFrames = 40;
  const std::span<const Outage> later = std::span(seen.outages).subspan(1);
  for (const Outage& outage : later) {
    const TransactionRecord& first = model.transactions[outage.failed.front()];
    if (finding->evidence.size() < kEvidenceFrames)
      finding->evidence.push_back(model.messages[first.request].frame);
    for (const TransactionId id : outage.failed)
      finding->explains.push_back(model.transactions[id].call);
  }
  if (!later.empty())
    finding->summary += fmt::format("; followed by {}", counted(later.size(), "more outage"));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  std::optional<std::set<IpAddress>> heard;
  for (const auto& [gateway, seen] : pings_by_gateway(model)) {
    if (seen.outages.empty()) continue;
    const TransactionRecord& first = model.transactions[seen.outages.front().failed.front()];
    if (!heard) heard = receivers(model);
    const auto rejected = rejections(model, first.src, first.dst, first.first_ns);
    if (rejected.empty() && !heard->contains(model.endpoints[first.src].ip)) continue;
    Finding finding = finding_about(model, gateway, seen.outages.front(), rejected);
    add_later(model, seen, &finding);
    report(out, std::move(finding));
  }
}

const Detector detector("gateway-down", Severity::error,
                        "OPTIONS to one address unanswered or 5xx for three rounds", check,
                        {.in_calls = {"txn-timeout", "txn-retransmissions"}});

}  // namespace
}  // namespace sipladder::gateway_down
