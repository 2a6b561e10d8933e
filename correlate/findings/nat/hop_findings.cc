#include "correlate/findings/nat/hop_findings.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <tuple>

namespace sipladder {
namespace {

constexpr size_t kMostFrames = 24;  // of evidence

void add_frames(const Model& model, TransactionId id, std::vector<uint32_t>* frames) {
  for (MessageId m = model.transactions[id].last_message; m && frames->size() < kMostFrames;
       m = model.messages[m].previous_in_txn)
    frames->push_back(model.messages[m].frame);
}

using HopKey = std::tuple<IpAddress, Endpoint, std::string>;
HopKey key_of(const ViaHop& hop) {
  return {hop.source.ip, hop.server, hop.sent_by};
}

// For each client and server, whether a hop with the same fault did no harm. The second place is
// for answers that went to the source, the first for answers that went elsewhere.
std::map<HopKey, std::array<bool, 2>> harmless_of(const NatAudit& nat,
                                                  bool (*wanted)(const ViaHop&)) {
  std::map<HopKey, std::array<bool, 2>> harmless;
  for (const ViaHop& hop : nat.hops()) {
    if (!wanted(hop) || !hop.is_answered() || hop.repeats != 0) continue;
    harmless[key_of(hop)][hop.is_answered_at_source() ? 1 : 0] = true;
  }
  return harmless;
}

}  // namespace

std::vector<HopGroup> group_hops(const NatAudit& nat, bool (*wanted)(const ViaHop&),
                                 Severity (*severity)(const ViaHop&)) {
  const auto harmless = harmless_of(nat, wanted);
  std::map<HopKey, size_t> places;
  std::vector<HopGroup> groups;
  for (const ViaHop& hop : nat.hops()) {
    if (!wanted(hop)) continue;
    // One lost packet explains one repeat, where other hops with the same fault need none.
    const auto others = harmless.find(key_of(hop));
    ViaHop judged = hop;
    if (hop.repeats == 1 && others != harmless.end() &&
        others->second[hop.is_answered_at_source() ? 1 : 0])
      judged.repeats = judged.repeats_after_stray = 0;
    const Severity worth = severity(judged);
    const auto [place, is_new] = places.try_emplace(key_of(hop), groups.size());
    if (is_new) groups.push_back({&hop, {}, worth});
    HopGroup& group = groups[place->second];
    group.hops.push_back(&hop);
    if (worth <= group.severity) continue;
    group.severity = worth;
    group.example = &hop;
  }
  return groups;
}

Finding finding_of(const CaptureContext& context, const Detector& detector, const HopGroup& group) {
  const TransactionRecord& txn = context.model.transactions[group.example->txn];
  Finding finding = finding_of(detector);
  finding.severity = group.severity;
  finding.call = txn.call;
  finding.txn = group.example->txn;
  finding.message = group.example->stray    ? group.example->stray
                    : group.example->answer ? group.example->answer
                                            : group.example->request;
  add_frames(context.model, group.example->txn, &finding.evidence);
  for (const ViaHop* hop : group.hops) {
    if (hop->repeats == 0 || group.severity == Severity::info) continue;
    finding.explains.push_back(context.model.transactions[hop->txn].call);
  }
  sort_unique(&finding.evidence);
  return finding;
}

std::string server_text(const Endpoint& server) {
  return server.ip.family == 0 ? "the server" : to_string(server);
}

std::string via_text(const ViaHop& hop) {
  if (hop.sent_by_ip) return to_string(Endpoint{*hop.sent_by_ip, hop.sent_by_port});
  return fmt::format("{}:{}", hop.sent_by, hop.sent_by_port);
}

std::string request_text(const CaptureContext& context, const ViaHop& hop) {
  const TransactionRecord& txn = context.model.transactions[hop.txn];
  const std::string_view method = to_string(txn.method);
  return fmt::format("{} (frame {})", method.empty() ? "request" : method,
                     context.model.messages[hop.request].frame);
}

std::string repeats_text(const CaptureContext& context, const ViaHop& hop) {
  if (hop.repeats == 0) return "";
  const std::string_view method = to_string(context.model.transactions[hop.txn].method);
  return fmt::format("; the {} is repeated {} all the same", method.empty() ? "request" : method,
                     times_text(hop.repeats));
}

std::string others_text(const HopGroup& group) {
  return group.hops.size() == 1 ? "" : fmt::format("; {} requests show this", group.hops.size());
}

}  // namespace sipladder
