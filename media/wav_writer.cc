#include "media/wav_writer.h"

#include <sndfile.h>

#include <algorithm>
#include <memory>

#include "capture/time_units.h"
#include "media/media_clock.h"

namespace sipladder {
namespace {

struct CloseFile {
  void operator()(SNDFILE* file) const { sf_close(file); }
};

// The signal at `numerator` / `denominator` samples from the start; behind the last sample, that
// one.
int16_t interpolate(std::span<const int16_t> pcm, int64_t numerator, int64_t denominator) {
  const size_t at = static_cast<size_t>(numerator / denominator);
  if (at + 1 >= pcm.size()) return pcm.back();
  const int64_t rest = numerator % denominator;
  return static_cast<int16_t>(pcm[at] + (pcm[at + 1] - pcm[at]) * rest / denominator);
}

// Puts a second of one side into one of the `channels` of `frames`.
void interleave(const std::vector<std::vector<int16_t>>& seconds, size_t second, size_t channel,
                size_t channels, std::vector<int16_t>& frames) {
  if (second >= seconds.size()) return;
  const std::vector<int16_t>& samples = seconds[second];
  for (size_t i = 0; i < samples.size(); i++) frames[channels * i + channel] = samples[i];
}

}  // namespace

StereoTrack::StereoTrack(int64_t origin_ns, int rate)
    : origin_ns_(origin_ns), rate_(rate == 16000 ? 16000 : 8000) {}

void StereoTrack::add(TrackSide side, int64_t time_ns, std::span<const int16_t> pcm, int rate) {
  if (pcm.empty() || rate <= 0) return;
  const int64_t offset_ns = elapsed_ns(origin_ns_, time_ns);
  if (offset_ns >= kMaxSeconds * kSecondNs) truncated_ = true;
  if (offset_ns >= kMaxSeconds * kSecondNs || offset_ns <= -kMaxSeconds * kSecondNs) return;
  const int64_t first = offset_ns * rate_ / kSecondNs;
  const int64_t count = static_cast<int64_t>(pcm.size()) * rate_ / rate;
  const int64_t end = kMaxSeconds * rate_;
  if (first + count > end) truncated_ = true;
  std::vector<Second>& samples = sides_[side == TrackSide::caller ? 0 : 1];
  for (int64_t i = std::max<int64_t>(0, -first); i < std::min(count, end - first); i++) {
    put(samples, first + i, interpolate(pcm, i * rate, rate_));
  }
}

void StereoTrack::put(std::vector<Second>& side, int64_t at, int16_t sample) {
  const size_t second = static_cast<size_t>(at / rate_);
  if (second >= side.size()) side.resize(second + 1);
  if (side[second].empty()) side[second].resize(static_cast<size_t>(rate_));
  side[second][static_cast<size_t>(at % rate_)] = sample;
  samples_ = std::max(samples_, at + 1);
}

double StereoTrack::seconds() const {
  return static_cast<double>(samples_) / rate_;
}

std::string StereoTrack::write(const std::string& path, int channels) const {
  SF_INFO info{};
  info.samplerate = rate_;
  info.channels = channels;
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  const std::unique_ptr<SNDFILE, CloseFile> file(sf_open(path.c_str(), SFM_WRITE, &info));
  if (!file) return path + ": " + sf_strerror(nullptr);
  std::vector<int16_t> frames;
  for (int64_t written = 0; written < samples_; written += rate_) {
    const auto width = static_cast<size_t>(channels);
    frames.assign(width * static_cast<size_t>(rate_), 0);
    const size_t second = static_cast<size_t>(written / rate_);
    for (size_t side = 0; side < width; side++)
      interleave(sides_[side], second, side, width, frames);
    const sf_count_t count = std::min<sf_count_t>(rate_, samples_ - written);
    if (sf_writef_short(file.get(), frames.data(), count) != count) {
      return path + ": " + sf_strerror(file.get());
    }
  }
  return {};
}

}  // namespace sipladder
