#include "correlate/findings/nat/hop_findings.h"

#include <fmt/format.h>

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

}  // namespace

std::vector<HopGroup> group_hops(const NatAudit& nat, bool (*wanted)(const ViaHop&),
                                 Severity (*severity)(const ViaHop&)) {
  using Key = std::tuple<IpAddress, Endpoint, std::string>;
  std::map<Key, size_t> places;
  std::vector<HopGroup> groups;
  for (const ViaHop& hop : nat.hops()) {
    if (!wanted(hop)) continue;
    const Severity worth = severity(hop);
    const auto [place, is_new] =
        places.try_emplace({hop.source.ip, hop.server, hop.sent_by}, groups.size());
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
  return group.hops.size() == 1 ? "" : fmt::format("; {} requests are alike", group.hops.size());
}

}  // namespace sipladder
