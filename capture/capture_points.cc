#include "capture/capture_points.h"

#include <algorithm>
#include <tuple>

namespace sipladder {
namespace {

size_t common_prefix(const std::string& a, const std::string& b) {
  const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  static_cast<void>(other);
  return static_cast<size_t>(end - a.begin());
}

}  // namespace

uint8_t CapturePoints::begin(const SourceInfo& source) {
  Point* followed = nullptr;
  const auto likeness = [&](const Point& point) {
    return std::tuple(common_prefix(point.newest->name, source.name), point.newest->last_ns);
  };
  for (Point& point : points_) {
    if (!point.ended || point.newest->link_type != source.link_type) continue;
    if (followed == nullptr || likeness(point) > likeness(*followed)) followed = &point;
  }
  if (followed == nullptr) {
    if (points_.size() > kLastPoint) return kLastPoint;
    followed = &points_.emplace_back();
  }
  *followed = {&source, false};
  return static_cast<uint8_t>(followed - points_.data());
}

}  // namespace sipladder
