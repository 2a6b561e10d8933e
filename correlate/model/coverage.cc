#include "correlate/model/coverage.h"

#include <algorithm>

#include "capture/time_units.h"

namespace sipladder {
namespace {

// Two files of a ring are joined over a pause of at most twice the longest pause within the files
// so far. That limit is at least kLeastJoinedNs and at most kMostJoinedNs.
constexpr int64_t kLeastJoinedNs = 10 * kSecondNs;
constexpr int64_t kMostJoinedNs = 3600 * kSecondNs;

}  // namespace

void Coverage::add(const Packet& packet) {
  std::vector<Span>& spans = points_[packet.point];
  const int64_t now_ns = packet.time_ns;
  if (spans.empty()) {
    spans.push_back({now_ns, now_ns, 0, packet.source});
    return;
  }
  Span& newest = spans.back();
  const int64_t pause_ns = now_ns - newest.until_ns;
  if (packet.source == newest.source) {
    newest.longest_pause_ns = std::max(newest.longest_pause_ns, pause_ns);
  } else {
    const int64_t joined =
        2 * std::clamp(newest.longest_pause_ns, kLeastJoinedNs / 2, kMostJoinedNs / 2);
    if (pause_ns > joined) {
      spans.push_back({now_ns, now_ns, 0, packet.source});
      return;
    }
    newest.source = packet.source;
  }
  newest.until_ns = std::max(newest.until_ns, now_ns);
  if (spans.size() == 1) newest.from_ns = std::min(newest.from_ns, now_ns);
}

const Coverage::Span* Coverage::span_of(uint8_t point, int64_t time_ns) const {
  const std::vector<Span>& spans = points_[point];
  const auto behind =
      std::upper_bound(spans.begin(), spans.end(), time_ns,
                       [](int64_t time, const Span& span) { return time < span.from_ns; });
  if (behind == spans.begin()) return nullptr;
  const Span& span = *(behind - 1);
  return time_ns <= span.until_ns ? &span : nullptr;
}

int64_t Coverage::until(uint8_t point, int64_t time_ns) const {
  const Span* span = span_of(point, time_ns);
  return span == nullptr ? time_ns : span->until_ns;
}

int64_t Coverage::since(uint8_t point, int64_t time_ns) const {
  const Span* span = span_of(point, time_ns);
  return span == nullptr ? time_ns : span->from_ns;
}

}  // namespace sipladder
