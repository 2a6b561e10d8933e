// Writes a call as a stereo WAV file of 16-bit samples, with both sides aligned in time, or one
// stream as a file of one channel, by libsndfile.
//
// Bounds: kMaxSeconds; a second of a side takes memory only if something was added there. Threads:
// one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sipladder {

enum class TrackSide : uint8_t { caller, callee };  // left, right

class StereoTrack {
 public:
  static constexpr int64_t kMaxSeconds = 4 * 3600;

  // `origin_ns`: capture time of the file's first sample. `rate` of the file in Hz: 8000 or 16000,
  // anything else becomes 8000.
  StereoTrack(int64_t origin_ns, int rate);

  // Adds samples of `rate` Hz, of which the first was spoken at `time_ns` (MediaClock::place). Any
  // order: later samples replace those that are there. The rate is changed by linear interpolation.
  // That is good enough to listen, but not to measure: halving the rate aliases what is above the
  // new band. Samples before the origin or beyond kMaxSeconds are left out.
  void add(TrackSide side, int64_t time_ns, std::span<const int16_t> pcm, int rate);

  bool truncated() const { return truncated_; }  // something was beyond kMaxSeconds
  double seconds() const;                        // length of the file

  // Writes the file, with silence in gaps. `channels`: 2, or 1 for the caller's side alone. Empty,
  // or why it cannot be written.
  std::string write(const std::string& path, int channels = 2) const;

 private:
  using Second = std::vector<int16_t>;  // empty: silence
  void put(std::vector<Second>& side, int64_t at, int16_t sample);

  int64_t origin_ns_;
  int rate_;
  int64_t samples_ = 0;  // of the longer side
  bool truncated_ = false;
  std::array<std::vector<Second>, 2> sides_;
};

}  // namespace sipladder
