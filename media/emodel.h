// What loss and delay make of a call's quality, by the E-model (ITU-T G.107) with every value that
// a capture cannot know at its default:
//   R = 93.2 - Id - Ie,eff    for a narrowband codec (at best a MOS of 4.41)
//   R = 129 - Id - Ie,wb,eff  for a wideband one (G.107.1), where a MOS is that of R / 1.29
//
// An estimate for planning. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

struct VoiceQuality {
  double r = 0;    // 0..93.2, wideband 0..129
  double mos = 1;  // 1..4.41, G.107 Annex B
};

// `loss_pct`: lost or too late packets, 0..100. `burst_ratio`: BurstR of G.107 7.3, the mean length
// of loss runs over that of random loss; below 1 (also 0: unknown) counts as 1. `one_way_delay_ms`:
// mouth to ear; negative or unknown counts as 0. NaN counts as 0. An encoding without published
// figures (codecs.def) counts as PCMU: only the network is judged then.
VoiceQuality e_model(std::string_view encoding, double loss_pct, double burst_ratio,
                     double one_way_delay_ms);

}  // namespace sipladder
