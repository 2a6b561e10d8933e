// The summary of the NAT report in sentences.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "main/nat_hops.h"
#include "main/nat_report.h"

namespace sipladder {
namespace {

constexpr size_t kMostNamed = 10;

size_t behind_nat(const NatRows& endpoints) {
  size_t count = 0;
  for (size_t i = 0; i < endpoints.rows.size(); i++)
    count += endpoints.number(i, "behind_nat") == 1 ? 1U : 0U;
  return count;
}

size_t with_faults(const NatRows& endpoints) {
  size_t count = 0;
  for (size_t i = 0; i < endpoints.rows.size(); i++)
    count += endpoints.number(i, "faults") != 0 ? 1U : 0U;
  return count;
}

// How many hosts are behind a NAT according to a Via alone, because the capture does not hold them.
size_t told_by_vias(const NatRows& endpoints, const NatRows& hops) {
  std::set<std::string> known;
  for (size_t i = 0; i < endpoints.rows.size(); i++)
    known.insert(endpoints.text(i, "private_address"));
  size_t count = 0;
  for (size_t i = 0; i < hops.rows.size(); i++) {
    if (hops.text(i, "verdict") != kToldByVia) continue;
    const auto host = parse_ip(hops.at(i, "host").text);
    const auto seen = parse_ip(hops.at(i, "received").text);
    const bool behind = host && seen && *host != *seen && is_private_scope(scope_of(*host));
    count += behind && known.insert(to_string(*host)).second ? 1U : 0U;
  }
  return count;
}

std::string_view words_of(std::string_view code) {
  for (const Detector* detector : detectors()) {
    if (detector->code == code) return detector->sentence;
  }
  return code;
}

std::string many(size_t count, const char* one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string none_text(const NatRows& endpoints) {
  const size_t all = endpoints.rows.size();
  size_t proven = 0;
  for (size_t i = 0; i < all; i++) {
    const bool known = endpoints.at(i, "behind_nat").type == Value::Type::integer;
    proven += known ? 1U : 0U;
  }
  if (all == 0) return "no NAT is seen, and no endpoint of SIP or STUN";
  if (proven == all) return fmt::format("no NAT: {}, none behind one", many(all, "endpoint"));
  return fmt::format("no NAT is seen: {}, {} proven to be behind none, {} not told",
                     many(all, "endpoint"), proven, all - proven);
}

std::string counts_text(const NatReport& report) {
  const size_t faulty = with_faults(report.endpoints);
  const size_t told = told_by_vias(report.endpoints, report.hops);
  const auto none_or = [](size_t count) {
    return count == 0 ? std::string("none") : std::to_string(count);
  };
  return fmt::format(
      "{}: {} behind a NAT{}, {} with faults{}", many(report.endpoints.rows.size(), "endpoint"),
      none_or(behind_nat(report.endpoints)),
      told == 0 ? "" : fmt::format(" ({} more that only a Via tells)", told), none_or(faulty),
      faulty == 0  ? "."
      : faulty > 1 ? ", the worst first:"
                   : ":");
}

}  // namespace

void summarize(NatReport* report) {
  const NatRows& endpoints = report->endpoints;
  report->without_nat =
      behind_nat(endpoints) == 0 && told_by_vias(endpoints, report->hops) == 0 &&
      std::all_of(report->findings.begin(), report->findings.end(),
                  [](const Finding* finding) { return finding->code == "nat-type"; });
  if (report->without_nat) {
    report->summary = {none_text(endpoints)};
    return;
  }
  report->summary = {counts_text(*report)};
  const size_t faulty = with_faults(endpoints);
  for (size_t i = 0; i < std::min(faulty, kMostNamed); i++) {
    const std::string& worst = endpoints.at(i, "worst").text;
    report->summary.push_back(fmt::format(
        "{}: {}; {} ({})", endpoints.place(i, "address", "port"),
        many(static_cast<size_t>(endpoints.number(i, "faults")), "fault"), words_of(worst), worst));
  }
  if (faulty > kMostNamed)
    report->summary.push_back(fmt::format("{} more are listed below", faulty - kMostNamed));
}

}  // namespace sipladder
