#include "correlate/voice_quality.h"

#include <algorithm>

#include "correlate/stream_figures.h"
#include "correlate/thinned.h"

namespace sipladder {
namespace {

constexpr uint32_t kMinPackets = 50;

}  // namespace

std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       double loss_pct) {
  if (stream.packets < kMinPackets || codec_impairment(encoding) == nullptr) return std::nullopt;
  if (thinned_of(stream) != Thinned::no) return std::nullopt;
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
