// Estimates the voice quality of a call from loss and delay, by the E-model (ITU-T G.107). All
// values that a capture does not show have their defaults:
//   R = 93.2 - Id - Ie,eff    for a narrowband codec (at best a MOS of 4.41)
//   R = 129 - Id - Ie,wb,eff  for a wideband one (G.107.1), where a MOS is that of R / 1.29
//
// The E-model is meant for planning. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

struct VoiceQuality {
  double r = 0;    // 0..93.2, wideband 0..129
  double mos = 1;  // 1..4.41, G.107 Annex B
};

// `loss_pct`: packets that were lost or came too late, 0..100. `burst_ratio`: BurstR of G.107
// section 7.3, the mean length of runs of lost packets divided by that under random loss; below 1
// (also 0: unknown) it counts as 1. `one_way_delay_ms`: from mouth to ear; negative counts as 0.
// NaN counts as the lowest value of each. An encoding without published figures (codecs.def) counts
// as PCMU, so that only the network is judged.
VoiceQuality e_model(std::string_view encoding, double loss_pct, double burst_ratio,
                     double one_way_delay_ms);

}  // namespace sipladder
