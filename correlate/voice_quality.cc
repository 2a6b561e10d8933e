#include "correlate/voice_quality.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

constexpr uint32_t kMinPackets = 50;
constexpr double kBasicR = 93.2;  // G.107 (2015) with all default values

// Equipment impairment Ie and packet-loss robustness Bpl, ITU-T G.113 (2007) Appendix I; with loss
// concealment as receivers have it. Wideband codecs are rated on the narrowband scale, where they
// have no impairment; Opus, AMR-WB, G.722 and Speex have no figure there: Ie 0 and the Bpl of G.711
// with concealment stand in.
struct Impairment {
  std::string_view encoding;
  double ie;
  double bpl;
};
constexpr Impairment kImpairments[] = {
    {"PCMU", 0, 25.1},   {"PCMA", 0, 25.1},  {"G722", 0, 25.1},    {"opus", 0, 25.1},
    {"AMR-WB", 0, 25.1}, {"speex", 0, 25.1}, {"L16", 0, 25.1},     {"G729", 11, 19},
    {"G723", 15, 16.1},  {"GSM", 20, 10},    {"GSM-EFR", 5, 10},   {"AMR", 5, 10},
    {"iLBC", 11, 32},    {"G728", 7, 17},    {"G726-32", 7, 10.4}, {"G726-24", 25, 10},
    {"G726-40", 2, 10},  {"G726-16", 50, 10}};

double mos_of(double r) {  // G.107 Annex B
  if (r <= 0) return 1.0;
  if (r >= 100) return 4.5;
  return std::max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

const Impairment* impairment_of(std::string_view encoding) {
  for (const Impairment& row : kImpairments) {
    if (equal_no_case(row.encoding, encoding)) return &row;
  }
  return nullptr;
}

}  // namespace

StreamFigures figures_of(const StreamRecord& stream) {
  StreamFigures figures;
  figures.expected = int64_t{stream.highest} - stream.base + 1;
  figures.lost = figures.expected - stream.packets;
  figures.loss_pct = 100.0 * static_cast<double>(std::max<int64_t>(0, figures.lost)) /
                     static_cast<double>(figures.expected);
  if (stream.packets > 1) figures.jitter_ms = stream.jitter_sum_ms / (stream.packets - 1);
  return figures;
}

VoiceQuality e_model(std::string_view encoding, double loss_pct) {
  const Impairment* row = impairment_of(encoding);
  const double ie = row == nullptr ? 0 : row->ie;
  const double bpl = row == nullptr ? 25.1 : row->bpl;
  VoiceQuality quality;
  quality.r = kBasicR - (ie + (95 - ie) * loss_pct / (loss_pct + bpl));
  quality.mos = mos_of(quality.r);
  return quality;
}

std::optional<VoiceQuality> quality_of(const StreamRecord& stream, std::string_view encoding) {
  if (stream.packets < kMinPackets || impairment_of(encoding) == nullptr) return std::nullopt;
  return e_model(encoding, figures_of(stream).loss_pct);
}

}  // namespace sipladder
