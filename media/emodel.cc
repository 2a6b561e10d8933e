#include "media/emodel.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {
namespace {

constexpr double kDefaultR = 93.2;       // G.107 7.7: Ro - Is of the default values
constexpr double kMaxImpairment = 95.0;  // G.107 7.5

constexpr double kWidebandR = 129.0;     // G.107.1 7.7
constexpr double kWidebandScale = 1.29;  // G.107.1 Annex B: R of 129 is a MOS of 4.5

// G.113 Appendix I has Ie of many narrowband codecs, and Bpl of G.711, G.729A with VAD, G.723.1
// with VAD and GSM-EFR only. Appendix IV has Ie,wb of wideband codecs.
using enum FigureBasis;
constexpr CodecImpairment kImpairments[] = {
    // Bpl with packet loss concealment (G.711 Appendix I), as every terminal has; 4.3 without.
    {"PCMU", 0, 25.1, published},
    {"PCMA", 0, 25.1, published},
    // Bpl taken from G.711 with concealment.
    {"G726-40", 2, 25.1, partly_published},
    {"G726-32", 7, 25.1, partly_published},
    {"G721", 7, 25.1, partly_published},
    {"G726-24", 25, 25.1, partly_published},
    {"G726-16", 50, 25.1, partly_published},
    // At 16 kbit/s; Bpl taken from G.729.
    {"G728", 7, 19.0, partly_published},
    {"G729", 11, 19.0, published},  // with VAD, which SDP has on unless annexb=no says otherwise
    {"G723", 15, 16.1, published},  // at 6.3 kbit/s with VAD
    {"GSM-EFR", 5, 10.0, published},
    // Bpl taken from GSM-EFR.
    {"GSM", 20, 10.0, partly_published},
    {"GSM-HR-08", 23, 10.0, partly_published},
    // At 12.2 kbit/s it is the codec of GSM-EFR (3GPP TS 26.071), the lower rates are worse.
    {"AMR", 5, 10.0, partly_published},
    // At 64 kbit/s; Bpl taken from G.711 with concealment.
    {"G722", 13, 25.1, partly_published, true},
    // At 12.65 kbit/s; Bpl taken from GSM-EFR.
    {"AMR-WB", 13, 10.0, partly_published, true},
};

double not_below(double floor, double value) {
  return value > floor ? value : floor;  // also of NaN
}

// Id of an echo-free connection, in two straight lines (Cole and Rosenbluth, "Voice over IP
// performance monitoring", 2001), fitted to G.107 up to 400 ms; beyond that it goes on in a line.
double delay_impairment(double delay_ms) {
  return 0.024 * delay_ms + 0.11 * not_below(0, delay_ms - 177.3);
}

double mos_of(double r) {  // G.107 Annex B; below R 6.5 the polynomial dips under 1
  return not_below(1.0, 1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6);
}

}  // namespace

const CodecImpairment* codec_impairment(std::string_view encoding) {
  if (starts_no_case(encoding, "AAL2-")) encoding.remove_prefix(5);
  for (const CodecImpairment& codec : kImpairments) {
    if (equal_no_case(codec.encoding, encoding)) return &codec;
  }
  return nullptr;
}

VoiceQuality e_model(std::string_view encoding, double loss_pct, double burst_ratio,
                     double one_way_delay_ms) {
  const CodecImpairment* known = codec_impairment(encoding);
  const CodecImpairment& codec = known != nullptr ? *known : kImpairments[0];
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
