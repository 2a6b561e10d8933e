// The talk as a stereo WAV file, the caller on the left.
#include <gtest/gtest.h>
#include <sndfile.h>

#include <filesystem>

#include "media/wav_writer.h"
#include "tests/support/scratch.h"
#include "tests/support/voice_encoder.h"

namespace sipladder::wav_test {
namespace {

using build::kPacketNs;
using build::kStartNs;
using build::Pcm;

struct WavFile {
  int rate = 0, channels = 0;
  Pcm frames;
};

WavFile read_wav(const std::string& path) {
  SF_INFO info{};
  SNDFILE* file = sf_open(path.c_str(), SFM_READ, &info);
  if (file == nullptr) return {};
  WavFile wav{info.samplerate, info.channels, Pcm(static_cast<size_t>(info.frames) * 2)};
  EXPECT_EQ(sf_readf_short(file, wav.frames.data(), info.frames), info.frames);
  sf_close(file);
  return wav;
}

class Wav : public testing::Test {
 protected:
  ~Wav() override { std::filesystem::remove(path_); }
  const std::string path_ = scratch_path("media.wav");
};

TEST_F(Wav, SidesAreAlignedInTime) {
  StereoTrack track(kStartNs, 8000);
  track.add(TrackSide::callee, kStartNs + 1'500'000'000, Pcm(160, 2000), 8000);
  track.add(TrackSide::caller, kStartNs, Pcm(160, 1000), 8000);
  track.add(TrackSide::caller, kStartNs + kPacketNs, Pcm(320, 3000), 16000);
  EXPECT_EQ(track.write(path_), "");
  const WavFile wav = read_wav(path_);
  EXPECT_EQ(wav.rate, 8000);
  ASSERT_EQ(wav.channels, 2);
  ASSERT_EQ(wav.frames.size(), 2U * (12000 + 160));
  const auto left = [&wav](size_t frame) { return wav.frames[2 * frame]; };
  const auto right = [&wav](size_t frame) { return wav.frames[2 * frame + 1]; };
  EXPECT_EQ(left(0), 1000);
  EXPECT_EQ(left(159), 1000);
  EXPECT_EQ(left(160), 3000);
  EXPECT_EQ(left(319), 3000);
  EXPECT_EQ(left(320), 0);
  EXPECT_EQ(right(0), 0);
  EXPECT_EQ(right(11'999), 0);
  EXPECT_EQ(right(12'000), 2000);
  EXPECT_EQ(right(12'159), 2000);
}

TEST_F(Wav, ResamplesBetweenSamples) {
  StereoTrack track(0, 16000);
  track.add(TrackSide::caller, 0, Pcm{0, 100, -100, 32767, -32768}, 8000);
  EXPECT_EQ(track.write(path_), "");
  const WavFile wav = read_wav(path_);
  Pcm left;
  for (size_t i = 0; i < wav.frames.size(); i += 2) left.push_back(wav.frames[i]);
  EXPECT_EQ(left, (Pcm{0, 50, 100, 0, -100, 16333, 32767, 0, -32768, -32768}));
}

TEST_F(Wav, BoundsInTime) {
  StereoTrack track(kStartNs, 12345);
  const Pcm pcm(160, 7);
  track.add(TrackSide::caller, kStartNs - 10'000'000, pcm, 8000);  // half of it before the origin
  EXPECT_DOUBLE_EQ(track.seconds(), 0.01);
  for (const int64_t time_ns : {INT64_MIN, int64_t{0}, kStartNs - kPacketNs}) {
    track.add(TrackSide::callee, time_ns, pcm, 8000);
  }
  track.add(TrackSide::callee, kStartNs, {}, 8000);
  track.add(TrackSide::callee, kStartNs, pcm, 0);
  EXPECT_DOUBLE_EQ(track.seconds(), 0.01);
  EXPECT_FALSE(track.truncated());
  const int64_t end_ns = kStartNs + StereoTrack::kMaxSeconds * 1'000'000'000;
  track.add(TrackSide::caller, end_ns - 10'000'000, pcm, 8000);
  EXPECT_TRUE(track.truncated());
  track.add(TrackSide::caller, INT64_MAX, pcm, 8000);
  EXPECT_DOUBLE_EQ(track.seconds(), double{StereoTrack::kMaxSeconds});
}

TEST_F(Wav, EmptyTrackIsAnEmptyFile) {
  EXPECT_EQ(StereoTrack(0, 8000).write(path_), "");
  EXPECT_EQ(read_wav(path_).channels, 2);
}

TEST_F(Wav, SaysWhyItCannotBeWritten) {
  const std::string error = StereoTrack(0, 8000).write("/nowhere/at/all.wav");
  EXPECT_NE(error.find("/nowhere/at/all.wav: "), std::string::npos);
  EXPECT_NE(error.find("No such file"), std::string::npos) << error;
}

}  // namespace
}  // namespace sipladder::wav_test
