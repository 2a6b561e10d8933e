#include "correlate/session/voice_quality.h"

#include <algorithm>

#include "correlate/rtp/stream_figures.h"
#include "correlate/session/thinned.h"
#include "media/codec.h"

namespace sipladder {
namespace {

constexpr uint32_t kMinPackets = 50;

}  // namespace

std::optional<Jitter> jitter_of(const Model& model, StreamId id, const StreamBinding& binding) {
  const StreamRecord& stream = model.streams[id];
  if (stream.packets < 2 || clock_of(binding, stream) == 0) return std::nullopt;
  const auto trials = model.clock_trials.find(id.value);
  if (trials != model.clock_trials.end()) {
    const ClockTrial* trial = trials->second.by(clock_of(binding, stream));
    if (trial != nullptr) return Jitter{trial->mean_ms(trials->second.packets()), trial->max_ms};
  }
  if (!is_read_by_agreed_clock(binding, stream)) return std::nullopt;
  return Jitter{stream.jitter_sum_ms / (stream.packets - 1), stream.jitter_max_ms};
}

std::optional<VoiceQuality> quality_at(const StreamRecord& stream, std::string_view encoding,
                                       const std::optional<Jitter>& jitter, double loss_pct) {
  constexpr double kPlayout = 2;  // times the mean jitter
  if (stream.packets < kMinPackets || codec_impairment(encoding) == nullptr || !jitter)
    return std::nullopt;
  if (thinned_of(stream) != Thinned::no) return std::nullopt;
  return e_model(encoding, loss_pct, 1, kPlayout * jitter->mean_ms);
}

std::string_view mos_model_of(std::string_view encoding) {
  const CodecImpairment* codec = codec_impairment(encoding);
  if (codec == nullptr) return {};
  if (codec->wideband) return "E-model G.107.1, Ie of G.113, loss robustness assumed";
  return codec->basis == FigureBasis::published
             ? "E-model G.107, figures of G.113"
             : "E-model G.107, Ie of G.113, loss robustness assumed";
}

StreamFigures figures_of(const StreamRecord& stream) {
  StreamFigures figures;
  figures.expected = int64_t{stream.sequence.highest} - stream.sequence.base + 1;
  figures.missing = std::max<int64_t>(0, figures.expected - stream.distinct());
  figures.loss_pct =
      100.0 * static_cast<double>(figures.missing) / static_cast<double>(figures.expected);
  figures.worst_loss_pct = stream.worst_slice_pct;
  figures.worst_ns = stream.worst_slice_ns;
  const double newest = slice_loss_pct(stream);
  const bool counts = stream.distinct() - stream.slice_packets >= kMinPackets;
  if (figures.worst_ns == 0 || (counts && newest > figures.worst_loss_pct)) {
    figures.worst_loss_pct = newest;
    figures.worst_ns = stream.slice_ns;
  }
  return figures;
}

std::optional<double> packet_ms_of(const StreamRecord& stream, uint32_t clock_hz) {
  if (clock_hz == 0 || stream.timestamp_step == 0) return std::nullopt;
  return 1000.0 * stream.timestamp_step / clock_hz;
}

BurstFigures burst_figures_of(const StreamRecord& stream, uint32_t clock_hz) {
  const LossBursts bursts = bursts_of(stream.sequence);
  const StreamFigures all = figures_of(stream);
  const int64_t outside = all.expected - bursts.packets;
  const std::optional<double> packet_ms = packet_ms_of(stream, clock_hz);
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

std::optional<VoiceQuality> worst_quality_of(const StreamRecord& stream, std::string_view encoding,
                                             const std::optional<Jitter>& jitter) {
  return quality_at(stream, encoding, jitter, figures_of(stream).worst_loss_pct);
}

std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding,
                                       const std::optional<Jitter>& jitter, bool was_held) {
  const StreamFigures figures = figures_of(stream);
  const int64_t paused = was_held ? stream.sequence.pause_lost : 0;
  const auto lost = static_cast<double>(std::max<int64_t>(0, figures.missing - paused));
  return quality_at(stream, encoding, jitter, 100.0 * lost / static_cast<double>(figures.expected));
}

std::optional<double> lowest_mos(const Model& model, const MediaBinding& media, CallId call,
                                 bool was_held) {
  std::optional<double> lowest;
  for (const StreamId id : media.streams_of(call)) {
    const StreamRecord& stream = model.streams[id];
    const StreamBinding& binding = media.of(id);
    const auto quality =
        quality_of(stream, encoding_of(binding, stream), jitter_of(model, id, binding), was_held);
    if (quality && (!lowest || quality->mos < *lowest)) lowest = quality->mos;
  }
  return lowest;
}

}  // namespace sipladder
