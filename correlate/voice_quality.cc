#include "correlate/voice_quality.h"

#include <algorithm>

#include "correlate/rtp_streams.h"

namespace sipladder {
namespace {

constexpr uint32_t kMinPackets = 50;

std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       double loss_pct) {
  if (stream.packets < kMinPackets || codec_impairment(encoding) == nullptr) return std::nullopt;
  return e_model(encoding, loss_pct, 1, 0);
}

}  // namespace

StreamFigures figures_of(const StreamRecord& stream) {
  StreamFigures figures;
  figures.expected = int64_t{stream.highest} - stream.base + 1;
  figures.lost = figures.expected - stream.packets;
  figures.loss_pct = 100.0 * static_cast<double>(std::max<int64_t>(0, figures.lost)) /
                     static_cast<double>(figures.expected);
  if (stream.packets > 1) figures.jitter_ms = stream.jitter_sum_ms / (stream.packets - 1);
  figures.worst_loss_pct = stream.worst_slice_pct;
  figures.worst_ns = stream.worst_slice_ns;
  const double newest = slice_loss_pct(stream);
  const bool counts = stream.packets - stream.slice_packets >= kMinPackets;
  if (figures.worst_ns == 0 || (counts && newest > figures.worst_loss_pct)) {
    figures.worst_loss_pct = newest;
    figures.worst_ns = stream.slice_ns;
  }
  return figures;
}

std::optional<VoiceQuality> worst_quality_of(const StreamRecord& stream,
                                             std::string_view encoding) {
  return quality_at(stream, encoding, figures_of(stream).worst_loss_pct);
}

std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding) {
  return quality_at(stream, encoding, figures_of(stream).loss_pct);
}

}  // namespace sipladder
