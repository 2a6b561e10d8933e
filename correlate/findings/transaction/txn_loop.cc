// txn-loop, txn-spiral, txn-merged: a request came to one host twice (RFC 3261 8.2.2.2, 16.3). If
// it came back unchanged it is a loop; with another Request-URI or Route it is a spiral, which is
// allowed; if it came by two ways after a fork it is merged. A request that is accepted in the end
// was in no loop.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "correlate/findings/shared/hops.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::txn_loop {
namespace {

extern const Detector loop_detector;
extern const Detector merged_detector;
extern const Detector spiral_detector;

// The earlier hop of the same request with the same destination; none when there is none.
TransactionId earlier_visit(const CallContext& context, const TransactionRecord& txn) {
  // Where a log leaves addresses out, nobody knows whether two hosts are one.
  if (context.model.endpoints[txn.dst].ip.family == 0) return {};
  TransactionId id = txn.request_path;
  for (int hops = 0; id && hops < kMaxForwards; hops++) {
    const TransactionRecord& hop = context.model.transactions[id];
    if (hop.dst == txn.dst) return id;
    id = hop.request_path;
  }
  return {};
}

// Request-URI and Route headers, which a loop leaves unchanged (RFC 3261 16.3 step 4).
std::string routing_of(CallContext& context, const TransactionRecord& txn) {
  if (!txn.request || !context.view.load(context.message(txn.request))) return {};
  const SipIndex& sip = context.view.sip();
  std::string routing(sip.request_uri);
  for (const std::string_view route : header_values(sip, HeaderId::route)) {
    routing.append("\n").append(route);
  }
  return routing;
}

// The first two transactions that bring one request to one host.
struct Arrivals {
  TransactionId first;
  int64_t first_ns = INT64_MAX, second_ns = INT64_MAX;
  void add(TransactionId id, int64_t time_ns) {
    if (time_ns < first_ns) {
      second_ns = std::exchange(first_ns, time_ns);
      first = id;
    } else {
      second_ns = std::min(second_ns, time_ns);
    }
  }
};
using ArrivalKey = std::tuple<EndpointId, uint32_t, Method>;
using AllArrivals = std::map<ArrivalKey, Arrivals>;

ArrivalKey arrival_of(const TransactionRecord& txn) {
  return {txn.dst, txn.cseq, txn.method};
}

AllArrivals arrivals_in(const CallContext& context) {
  AllArrivals arrivals;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    arrivals[arrival_of(txn)].add(id, txn.first_ns);
  }
  return arrivals;
}

// Another transaction brought the same request to the same host, and neither is on the other's way.
bool came_by_two_ways(const CallContext& context, const AllArrivals& all, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  if (context.model.endpoints[txn.dst].ip.family == 0) return false;
  const Arrivals& arrivals = all.at(arrival_of(txn));
  const int64_t other_ns = arrivals.first == id ? arrivals.second_ns : arrivals.first_ns;
  return other_ns <= txn.first_ns && !earlier_visit(context, txn);
}

Finding finding_about(const CallContext& context, const Detector& detector, TransactionId id) {
  Finding finding = finding_of(context, detector, id);
  finding.rfc = "RFC 3261 16.3";
  return finding;
}

bool is_merged(const CallContext& context, const AllArrivals& all, TransactionId id) {
  return context.model.transactions[id].final_status == 482 && came_by_two_ways(context, all, id);
}

void report_merged(CallContext& context, TransactionId id, CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_about(context, merged_detector, id);
  finding.evidence.push_back(context.message(txn.final_response).frame);
  finding.summary = fmt::format("{} answers {} with 482: it got the same request by another way",
                                endpoint_text(context, txn.dst), to_string(txn.method));
  finding.explanation = "A proxy forked, and two branches met again at this host.";
  finding.remedy =
      "See in the location table of the proxy that forks which contacts lead to the same host, and "
      "remove the stale ones.";
  finding.rfc = "RFC 3261 8.2.2.2";
  report(out, std::move(finding));
}

void report_refused(CallContext& context, TransactionId id, CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_about(context, loop_detector, id);
  finding.evidence.push_back(context.message(txn.final_response).frame);
  finding.summary =
      fmt::format("{} answers {} with {}", endpoint_text(context, txn.dst), to_string(txn.method),
                  txn.final_status == 482 ? "482: the request came back to it unchanged"
                                          : "483: Max-Forwards has run out");
  finding.explanation = "Proxies send the request to each other until somebody stops it.";
  finding.remedy =
      "Find the host that is in the Via stack twice, and correct its routing: it sends the request "
      "back to where it came from.";
  report(out, std::move(finding));
}

void report_visit(CallContext& context, TransactionId id, TransactionId before, bool loop,
                  CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_about(context, loop ? loop_detector : spiral_detector, id);
  for (const uint32_t frame : frames_of(context, context.model.transactions[before], true)) {
    finding.evidence.push_back(frame);
  }
  finding.summary = fmt::format("{} comes to {} a second time, {}", to_string(txn.method),
                                endpoint_text(context, txn.dst),
                                loop              ? "unchanged"
                                : txn.succeeded() ? "and goes on to who accepts it"
                                                  : "with another Request-URI or Route");
  finding.explanation = loop ? "Proxies send the request to each other until Max-Forwards runs out."
                             : "A spiral: forwarding led back to this host, which routes it anew.";
  finding.remedy = loop ? "Find the host that is in the Via stack twice, and correct its routing: "
                          "it sends the request back to where it came from."
                        : "Nothing to do.";
  report(out, std::move(finding));
}

// Transactions whose 482 or 483 came from a hop after them.
std::set<uint32_t> refused_further_on(const CallContext& context) {
  std::set<uint32_t> relayed;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.request_path && (txn.final_status == 482 || txn.final_status == 483))
      relayed.insert(txn.request_path.value);
  }
  return relayed;
}

// Reports the first request that was refused as merged, or as looping.
void check_refused(CallContext& context, bool merged, CallAnalysis* out) {
  std::optional<AllArrivals> arrivals;
  std::set<uint32_t> relayed;
  for (const TransactionId id : context.transactions) {
    const uint16_t status = context.model.transactions[id].final_status;
    if (status != 482 && status != 483) continue;
    if (!arrivals) {
      arrivals = arrivals_in(context);
      relayed = refused_further_on(context);
    }
    if (relayed.contains(id.value)) continue;
    if (is_merged(context, *arrivals, id) != merged) continue;
    return merged ? report_merged(context, id, out) : report_refused(context, id, out);
  }
}

void check_visits(CallContext& context, bool loops, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request_path || txn.method == Method::ack) continue;
    const TransactionId before = earlier_visit(context, txn);
    if (!before) continue;
    const bool unchanged =
        routing_of(context, txn) == routing_of(context, context.model.transactions[before]);
    const bool loop = unchanged && !txn.succeeded();
    if (loop == loops) return report_visit(context, id, before, loops, out);
  }
}

void check_loops(CallContext& context, CallAnalysis* out) {
  const size_t found = out->findings.size();
  check_refused(context, false, out);
  if (out->findings.size() == found) check_visits(context, true, out);
}

const Detector loop_detector("txn-loop", Severity::error,
                             "a request comes back to a host unchanged, or 482 or 483 says so",
                             check_loops, {.of_same = {"txn-retransmissions"}});
const Detector merged_detector("txn-merged", Severity::error,
                               "482: one request came to a host by two ways",
                               [](CallContext& context, CallAnalysis* out) {
                                 check_refused(context, true, out);
                               });
const Detector spiral_detector("txn-spiral", Severity::info,
                               "a request comes back to a host with another Request-URI",
                               [](CallContext& context, CallAnalysis* out) {
                                 check_visits(context, false, out);
                               });

}  // namespace
}  // namespace sipladder::txn_loop
