#include "media/voice_level.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "capture/time_units.h"

namespace sipladder {
namespace {

double share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

int8_t level_of(double power) {  // mean square, where full scale is 1
  if (power <= 0) return VoiceLevel::kLowestLevel;
  const double level = std::round(10.0 * std::log10(power));
  return static_cast<int8_t>(std::clamp(level, double{VoiceLevel::kLowestLevel}, 0.0));
}

double power_of(int8_t level) {
  return std::pow(10.0, level / 10.0);
}

// The mean of two levels by their power. If one of them is kNoData, the other one.
int8_t mean_level(int8_t first, int8_t second) {
  if (first == VoiceLevel::kNoData) return second;
  if (second == VoiceLevel::kNoData || first == second) return first;
  return level_of((power_of(first) + power_of(second)) / 2);
}

}  // namespace

double VoiceFigures::silent_share() const {
  return share(silent_slots, slots);
}

double VoiceFigures::repeated_share() const {
  return voice_packets < 2 ? 0.0 : share(repeated_payloads, voice_packets - 1);
}

VoiceLevel::VoiceLevel(std::unique_ptr<VoiceDecoder> decoder, uint32_t clock_hz)
    : decoder_(std::move(decoder)), clock_(clock_hz) {}

void VoiceLevel::use(std::unique_ptr<VoiceDecoder> decoder, uint32_t clock_hz) {
  decoder_ = std::move(decoder);
  clock_.set_rate(clock_hz);
}

void VoiceLevel::add_voice(std::string_view payload, uint32_t timestamp, int64_t time_ns) {
  const int64_t at_ns = clock_.place(timestamp, time_ns);
  if (figures_.voice_packets++ > 0 && payload == last_payload_) figures_.repeated_payloads++;
  last_payload_.assign(payload);
  if (!decoder_) return;
  std::array<int16_t, kMaxPcmSamples> pcm;
  const size_t samples = decoder_->decode(payload, pcm);
  if (samples == 0) figures_.undecodable++;
  add_samples(std::span(pcm).first(samples), at_ns);
}

void VoiceLevel::add_comfort_noise(std::string_view payload, uint32_t timestamp, int64_t time_ns) {
  const int64_t at_ns = clock_.place(timestamp, time_ns);
  figures_.comfort_noise++;
  if (payload.empty()) return;
  enter_slot(at_ns);
  noise_level_ = static_cast<int8_t>(-(payload[0] & 0x7F));  // RFC 3389 3.1: -dBov
}

void VoiceLevel::finish() {
  close_slot();
}

void VoiceLevel::add_samples(std::span<const int16_t> pcm, int64_t at_ns) {
  const int64_t rate = decoder_->sample_rate();
  while (!pcm.empty()) {
    enter_slot(at_ns);
    const int64_t offset_ns = std::max<int64_t>(elapsed_ns(start_ns_, at_ns), 0);
    const int64_t left_ns = kSlotNs - offset_ns % kSlotNs;
    const int64_t fitting = (left_ns * rate + kSecondNs - 1) / kSecondNs;
    const size_t count = std::min(pcm.size(), static_cast<size_t>(fitting));
    for (const int16_t sample : pcm.first(count)) {
      sum_ += sample;
      squares_ += static_cast<uint64_t>(int32_t{sample} * sample);
    }
    samples_ += count;
    pcm = pcm.subspan(count);
    const int64_t step_ns = static_cast<int64_t>(count) * kSecondNs / rate;
    if (__builtin_add_overflow(at_ns, step_ns, &at_ns)) return;
  }
}

void VoiceLevel::enter_slot(int64_t at_ns) {
  if (!started_) start_ns_ = at_ns;
  started_ = true;
  const int64_t slot = elapsed_ns(start_ns_, at_ns) / kSlotNs;
  if (slot <= slot_) return;
  close_slot();
  slot_ = slot;
}

void VoiceLevel::close_slot() {
  int8_t level = noise_level_;
  if (samples_ > 0) {
    const double count = static_cast<double>(samples_);
    const double mean = static_cast<double>(sum_) / count;
    const double power = static_cast<double>(squares_) / count - mean * mean;
    // Less than a hundredth of a quantization step is the rounding error of a constant signal.
    level = power < 1e-4 ? kLowestLevel : level_of(power / (32768.0 * 32768.0));
  }
  samples_ = squares_ = 0;
  sum_ = 0;
  noise_level_ = kNoData;
  if (level != kNoData) store(slot_, level);
}

void VoiceLevel::store(int64_t slot, int8_t level) {
  figures_.slots++;
  if (level <= kSilenceLevel) figures_.silent_slots++;
  figures_.loudest = std::max(figures_.loudest, level);
  while (slot / slots_per_level_ >= static_cast<int64_t>(kMaxSlots)) halve_resolution();
  const size_t at = static_cast<size_t>(slot / slots_per_level_);
  if (at >= levels_.size()) levels_.resize(at + 1, kNoData);
  levels_[at] = mean_level(levels_[at], level);
}

void VoiceLevel::halve_resolution() {
  for (size_t pair = 0; pair < levels_.size(); pair += 2) {
    const int8_t second = pair + 1 < levels_.size() ? levels_[pair + 1] : kNoData;
    levels_[pair / 2] = mean_level(levels_[pair], second);
  }
  levels_.resize((levels_.size() + 1) / 2);
  slots_per_level_ *= 2;
}

}  // namespace sipladder
