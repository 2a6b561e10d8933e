#include "media/emodel.h"

#include <algorithm>

#include "media/codec.h"

namespace sipladder {
namespace {

constexpr double kDefaultR = 93.2;       // G.107 7.7: Ro - Is of the default values
constexpr double kMaxImpairment = 95.0;  // G.107 7.5

constexpr double kWidebandR = 129.0;     // G.107.1 7.7
constexpr double kWidebandScale = 1.29;  // G.107.1 Annex B: R of 129 is a MOS of 4.5

double not_below(double floor, double value) {
  return value > floor ? value : floor;  // `floor` for NaN, too
}

// Id of a connection without echo, approximated by two straight lines (Cole and Rosenbluth, "Voice
// over IP performance monitoring", 2001). They fit G.107 up to 400 ms; the second one is used
// beyond, too.
double delay_impairment(double delay_ms) {
  return 0.024 * delay_ms + 0.11 * not_below(0, delay_ms - 177.3);
}

double mos_of(double r) {  // G.107 Annex B; below R 6.5 the polynomial dips under 1
  return not_below(1.0, 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6);
}

}  // namespace

VoiceQuality e_model(std::string_view encoding, double loss_pct, double burst_ratio,
                     double one_way_delay_ms) {
  const CodecImpairment* known = codec_impairment(encoding);
  const CodecImpairment& codec = known != nullptr ? *known : *codec_impairment("PCMU");
  const double loss = std::min(not_below(0, loss_pct), 100.0);
  const double burst = not_below(1, burst_ratio);
  const double ie_eff = codec.ie + (kMaxImpairment - codec.ie) * loss / (loss / burst + codec.bpl);
  const double delay = delay_impairment(not_below(0, one_way_delay_ms));
  VoiceQuality quality;
  quality.r = not_below(0, (codec.wideband ? kWidebandR : kDefaultR) - delay - ie_eff);
  quality.mos = mos_of(codec.wideband ? quality.r / kWidebandScale : quality.r);
  return quality;
}

}  // namespace sipladder
