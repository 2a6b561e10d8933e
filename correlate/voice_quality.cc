#include "correlate/voice_quality.h"

#include <algorithm>
#include <cmath>

#include "correlate/stream_figures.h"

namespace sipladder {
namespace {

constexpr uint32_t kMinPackets = 50;

}  // namespace

std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       double loss_pct) {
  if (stream.packets < kMinPackets || codec_impairment(encoding) == nullptr) return std::nullopt;
  if (is_thinned(stream)) return std::nullopt;
  return e_model(encoding, loss_pct, 1, 0);
}

StreamFigures figures_of(const StreamRecord& stream) {
  StreamFigures figures;
  figures.expected = int64_t{stream.sequence.highest} - stream.sequence.base + 1;
  figures.lost = figures.expected - stream.packets;
  figures.missing = std::max<int64_t>(0, figures.lost + stream.duplicates);
  figures.loss_pct =
      100.0 * static_cast<double>(figures.missing) / static_cast<double>(figures.expected);
  if (stream.packets > 1) figures.jitter_ms = stream.jitter_sum_ms / (stream.packets - 1);
  figures.worst_loss_pct = stream.worst_slice_pct;
  figures.worst_ns = stream.worst_slice_ns;
  const double newest = slice_loss_pct(stream);
  const bool counts = stream.packets - stream.duplicates - stream.slice_packets >= kMinPackets;
  if (figures.worst_ns == 0 || (counts && newest > figures.worst_loss_pct)) {
    figures.worst_loss_pct = newest;
    figures.worst_ns = stream.slice_ns;
  }
  return figures;
}

bool is_thinned(const StreamRecord& stream) {
  constexpr int64_t kLeastExpected = 50;
  constexpr double kShortestMs = 4, kLongestMs = 130;  // of packets of any codec
  constexpr double kSameTime = 0.2;                    // how far clocks and pauses may differ
  const StreamFigures figures = figures_of(stream);
  const int64_t here = figures.expected - figures.missing;
  if (figures.expected < kLeastExpected || stream.clock_hz == 0) return false;
  const double ms = static_cast<double>(stream.last_ns - stream.first_ns) / 1e6;
  const double by_timestamps_ms =
      1000.0 * static_cast<double>(stream.timestamp_span) / stream.clock_hz;
  const double packet_ms = ms / static_cast<double>(figures.expected);
  const bool nominal = packet_ms > kShortestMs && packet_ms < kLongestMs &&
                       std::abs(by_timestamps_ms - ms) < kSameTime * ms;
  // No network takes so much and lets a call go on. One packet of each two, or of each three, is
  // a sample: chance leaves neighbours.
  const bool few = here * 5 < figures.expected;
  const bool sampled = here * 20 < figures.expected * 11 && stream.in_order * 10 < stream.packets;
  const bool reported = stream.has_rtcp && int64_t{stream.remote_lost} * 2 >= figures.missing;
  return nominal && (few || sampled) && !reported;
}

std::optional<double> packet_ms_of(const StreamRecord& stream) {
  if (stream.clock_hz == 0 || stream.timestamp_step == 0) return std::nullopt;
  return 1000.0 * stream.timestamp_step / stream.clock_hz;
}

BurstFigures burst_figures_of(const StreamRecord& stream) {
  const LossBursts bursts = bursts_of(stream.sequence);
  const StreamFigures all = figures_of(stream);
  const int64_t outside = all.expected - bursts.packets;
  const std::optional<double> packet_ms = packet_ms_of(stream);
  BurstFigures figures;
  figures.count = bursts.bursts;
  if (bursts.bursts > 0) {
    figures.loss_pct = 100.0 * bursts.losses / bursts.packets;
    if (packet_ms) figures.length_ms = *packet_ms * bursts.packets / bursts.bursts;
  }
  if (outside <= 0) return figures;
  const double packets = static_cast<double>(outside);
  const double losses = static_cast<double>(std::max<int64_t>(0, all.missing - bursts.losses));
  figures.gap_loss_pct = 100.0 * losses / packets;
  if (packet_ms) figures.gap_ms = *packet_ms * packets / std::max(1U, bursts.bursts);
  return figures;
}

std::optional<double> remote_loss_pct(const StreamRecord& stream) {
  if (!stream.has_rtcp || stream.reported_expected == 0 ||
      stream.remote_lost > stream.reported_expected)
    return std::nullopt;
  return 100.0 * stream.remote_lost / stream.reported_expected;
}

std::optional<VoiceQuality> worst_quality_of(const StreamRecord& stream,
                                             std::string_view encoding) {
  return quality_at(stream, encoding, figures_of(stream).worst_loss_pct);
}

std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding,
                                       bool was_held) {
  const StreamFigures figures = figures_of(stream);
  const int64_t paused = was_held ? stream.sequence.pause_lost : 0;
  const auto lost = static_cast<double>(std::max<int64_t>(0, figures.missing - paused));
  return quality_at(stream, encoding, 100.0 * lost / static_cast<double>(figures.expected));
}

}  // namespace sipladder
