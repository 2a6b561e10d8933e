#include "correlate/findings/shared/icmp_rejection.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder {
namespace {

constexpr int64_t kSoonNs = 5'000'000'000;  // a router first tries to reach the next hop

// Fragment reassembly time exceeded (RFC 792, RFC 4443 3.3): the receiver is reachable and got only
// a part of the datagram.
bool lacks_fragments(const IcmpErrorRecord& error) {
  return error.type == (error.from.family == 4 ? 11 : 3) && error.code == 1;
}

Rejections between(const Model& model, EndpointId src, EndpointId dst, int64_t from_ns,
                   int64_t until_ns) {
  const std::vector<uint32_t>& places = icmp_errors_between(model, src, dst);
  const auto time_of = [&](uint32_t place) { return model.icmp_errors[place].time_ns; };
  const auto first = std::partition_point(places.begin(), places.end(),
                                          [&](uint32_t place) { return time_of(place) < from_ns; });
  const auto end = std::partition_point(first, places.end(),
                                        [&](uint32_t place) { return time_of(place) <= until_ns; });
  return {model, {first, end}};
}

}  // namespace

Rejections rejections(const Model& model, EndpointId src, EndpointId dst, int64_t from_ns) {
  return between(model, src, dst, from_ns, from_ns + kTimerB);
}

size_t count_rejections(const Model& model, const TransactionRecord& txn) {
  return between(model, txn.src, txn.dst, txn.first_ns, txn.last_ns + kSoonNs).size();
}

bool is_rejected(const Model& model, const TransactionRecord& txn) {
  return count_rejections(model, txn) != 0;
}

std::string rejection_text(const Rejections& errors, std::string_view what, Finding* finding) {
  if (errors.empty()) return {};
  for (size_t i = 0; i < errors.size() && i < kShownFrames; i++) {
    finding->evidence.push_back(errors[i].frame);
  }
  const IcmpErrorRecord& error = errors[0];
  const std::string from = to_string(error.from);
  if (lacks_fragments(error)) {
    return fmt::format("not all of its fragments come to {} (ICMP type {} code {})", from,
                       error.type, error.code);
  }
  const std::string times =
      errors.size() == 1 ? std::string() : fmt::format(", {} times", errors.size());
  return fmt::format("{} rejects {} with ICMP type {} code {}{}", from, what, error.type,
                     error.code, times);
}

}  // namespace sipladder
