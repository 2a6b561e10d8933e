#include "correlate/session/thinned.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "correlate/session/voice_quality.h"

namespace sipladder {
namespace {

constexpr int64_t kLeastExpected = 50;
constexpr double kShortestMs = 4, kLongestMs = 130;  // length of packets of any codec
constexpr double kSameTime = 0.2;                    // how far clocks and pauses may differ

bool runs_at_nominal_rate(const StreamRecord& stream, const StreamFigures& figures) {
  if (figures.expected < kLeastExpected || stream.clock_hz == 0) return false;
  const double ms = static_cast<double>(stream.last_ns - stream.first_ns) / 1e6;
  const double by_timestamps_ms =
      1000.0 * static_cast<double>(stream.timestamp_span) / stream.clock_hz;
  const double packet_ms = ms / static_cast<double>(figures.expected);
  return packet_ms > kShortestMs && packet_ms < kLongestMs &&
         std::abs(by_timestamps_ms - ms) < kSameTime * ms;
}

}  // namespace

bool take_turns(const StreamRecord& a, const StreamRecord& b) {
  const auto fills = [](const StreamRecord& part, const StreamRecord& whole) {
    return whole.sequence.base < part.sequence.base &&
           part.sequence.highest < whole.sequence.highest &&
           figures_of(whole).missing * 5 >= int64_t{part.packets} * 4;
  };
  return a.ssrc == b.ssrc && a.src == b.src && a.dst != b.dst && (fills(a, b) || fills(b, a));
}

bool is_mostly_here(const StreamRecord& stream) {
  const StreamFigures figures = figures_of(stream);
  return figures.expected >= kLeastExpected && figures.missing * 5 < figures.expected;
}

Thinned thinned_of(const StreamRecord& stream) {
  const StreamFigures figures = figures_of(stream);
  if (!runs_at_nominal_rate(stream, figures)) return Thinned::no;
  if (stream.has_rtcp && int64_t{stream.remote_lost} * 2 >= figures.missing) return Thinned::no;
  const int64_t here = figures.expected - figures.missing;
  if (here * 20 < figures.expected * 11 && stream.in_order * 10 < stream.packets)
    return Thinned::sampled;
  return here * 5 < figures.expected ? Thinned::few : Thinned::no;
}

bool is_thinned(const Model& model, StreamId id, const std::vector<StreamId>& beside) {
  const StreamRecord& stream = model.streams[id];
  const Thinned thinned = thinned_of(stream);
  if (thinned != Thinned::few) return thinned == Thinned::sampled;
  const auto hosts_of = [&](const StreamRecord& one) -> std::pair<IpAddress, IpAddress> {
    return std::minmax(model.endpoints[one.src].ip, model.endpoints[one.dst].ip);
  };
  // A bound for a call with a flood of streams.
  constexpr size_t kMostAsked = 64;
  const auto end =
      beside.begin() + static_cast<std::ptrdiff_t>(std::min(beside.size(), kMostAsked));
  return std::none_of(beside.begin(), end, [&](StreamId other) {
    const StreamRecord& one = model.streams[other];
    return hosts_of(one) == hosts_of(stream) && is_mostly_here(one);
  });
}

}  // namespace sipladder
