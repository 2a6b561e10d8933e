#include "export/point_clock.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace sipladder {
namespace {

// Hosts lie before A or behind it, as seen from B. A message goes from the one side to the other,
// so hosts that exchange messages lie on opposite sides; which is which, the delays tell.
class HostSides {
 public:
  struct Side {
    size_t group = 0;      // of hosts that are known relative to each other
    bool flipped = false;  // against the first host of the group
  };

  void exchange(const IpAddress& one, const IpAddress& other) {
    const Side x = side_of(one), y = side_of(other);
    if (x.group != y.group) parents_[y.group] = {x.group, x.flipped == y.flipped};
  }
  Side side_of(const IpAddress& host) {
    const auto [at, is_new] = hosts_.emplace(host, parents_.size());
    if (is_new) parents_.push_back({at->second, false});
    return root_of(at->second);
  }

 private:
  Side root_of(size_t node) {
    Side side{node, false};
    while (parents_[side.group].group != side.group) {
      const Side& up = parents_[side.group];
      side = {up.group, up.flipped != side.flipped};
    }
    if (node != side.group) parents_[node] = side;
    return side;
  }

  std::map<IpAddress, size_t> hosts_;
  std::vector<Side> parents_;
};

struct Samples {
  std::vector<double> ms[2];  // B's time minus A's, of the one direction and of the other
};

double middle(std::vector<double> all) {
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2),
                   all.end());
  return all[all.size() / 2];
}

double time_difference_ms(const ComparedPoint& a, const ComparedPoint& b,
                          const ComparedMessage& message) {
  return static_cast<double>(b.model.messages[message.b].time_ns -
                             a.model.messages[message.a].time_ns) /
         1e6;
}

}  // namespace

// No message arrives before it was sent, so each direction bounds the offset from one side.
void tell_directions(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  out->clock_error_ms = -1;
  if (out->messages.empty()) return;
  const auto sender = [&](const ComparedMessage& message) -> const IpAddress& {
    return a.model.endpoints[a.model.messages[message.a].src].ip;
  };
  HostSides sides;
  for (const ComparedMessage& message : out->messages)
    sides.exchange(sender(message), a.model.endpoints[a.model.messages[message.a].dst].ip);
  std::map<size_t, Samples> groups;
  for (const ComparedMessage& message : out->messages) {
    const HostSides::Side side = sides.side_of(sender(message));
    groups[side.group].ms[side.flipped].push_back(time_difference_ms(a, b, message));
  }
  constexpr double kNone = std::numeric_limits<double>::infinity();
  double low = -kNone, high = kNone, least = kNone;
  for (auto& [group, samples] : groups) {
    const auto& [one, other] = samples.ms;
    for (const auto* const all : {&one, &other})
      for (const double ms : *all) least = std::min(least, ms);
    if (one.empty() || other.empty()) continue;
    const bool one_to_b = middle(one) >= middle(other);
    high = std::min(
        high, *std::min_element((one_to_b ? one : other).begin(), (one_to_b ? one : other).end()));
    low = std::max(
        low, *std::max_element((one_to_b ? other : one).begin(), (one_to_b ? other : one).end()));
  }
  const bool both_ways = high != kNone;
  out->clock_offset_ms = both_ways ? (low + high) / 2 : least;
  if (both_ways) out->clock_error_ms = std::abs(high - low) / 2;
  std::map<size_t, bool> unflipped_to_b;
  for (const auto& [group, samples] : groups) {
    const auto& [one, other] = samples.ms;
    unflipped_to_b[group] = one.empty()     ? middle(other) < out->clock_offset_ms
                            : other.empty() ? middle(one) >= out->clock_offset_ms
                                            : middle(one) >= middle(other);
  }
  for (ComparedMessage& message : out->messages) {
    const HostSides::Side side = sides.side_of(sender(message));
    message.toward_b = unflipped_to_b[side.group] != side.flipped;
    const double ms = time_difference_ms(a, b, message) - out->clock_offset_ms;
    message.delay_ms = message.toward_b ? ms : 0 - ms;
  }
}

}  // namespace sipladder
