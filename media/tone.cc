#include "media/tone.h"

#include <cmath>
#include <numbers>

namespace sipladder {
namespace {

// Energy at one frequency (Goertzel algorithm), on the scale of a sum of squares.
double energy_at(std::span<const int16_t> pcm, double cycles_per_sample) {
  const double coefficient = 2 * std::cos(2 * std::numbers::pi * cycles_per_sample);
  double before = 0, last = 0;
  for (const int16_t sample : pcm) {
    const double next = sample + coefficient * last - before;
    before = last;
    last = next;
  }
  const double power = last * last + before * before - coefficient * last * before;
  return 2 * power / static_cast<double>(pcm.size());
}

}  // namespace

bool is_ringback_tone(std::span<const int16_t> pcm, int sample_rate) {
  constexpr double kLowest = 330, kHighest = 500;
  constexpr double kShare = 0.8;
  constexpr size_t kMinSamples = 160;
  if (pcm.size() < kMinSamples || sample_rate < 8000) return false;
  double all = 0;
  for (const int16_t sample : pcm) all += double{1} * sample * sample;
  // The energies at multiples of this width, those of a Fourier transform of this length, add up to
  // the energy of all samples.
  const double width = static_cast<double>(sample_rate) / static_cast<double>(pcm.size());
  double inside = 0;
  for (double hz = std::ceil(kLowest / width) * width; hz <= kHighest; hz += width)
    inside += energy_at(pcm, hz / sample_rate);
  return all > 0 && inside >= kShare * all;
}

}  // namespace sipladder
