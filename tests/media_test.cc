#include <gtest/gtest.h>
#include <sndfile.h>
#include <spandsp.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <random>

#include "media/codec.h"
#include "media/dtmf.h"
#include "media/emodel.h"
#include "media/media_clock.h"
#include "media/voice_level.h"
#include "media/wav_writer.h"
#include "tests/support/packet_builder.h"
#include "tests/support/scratch.h"
#include "tests/support/voice_encoder.h"

namespace sipladder {
namespace {

using build::Codec;
using build::Encode;
using build::g711;
using build::g726;
using build::kCodecs;
using build::l16;
using build::Pcm;
using build::tone;

constexpr int64_t kStart_ns = 1'700'000'000'000'000'000;
constexpr int64_t kPacket_ns = 20'000'000;

// Three seconds of a tone through encoder, decoder and level.
VoiceLevel level_of_tone(const Codec& codec, double amplitude, size_t packets = 150) {
  VoiceLevel level(make_voice_decoder(codec.name, codec.clock_hz, 1), codec.clock_hz);
  const Encode encode = codec.make();
  const size_t samples = static_cast<size_t>(codec.encoder_rate) / 50;
  for (size_t i = 0; i < packets; i++) {
    const std::string payload = encode(tone(samples, codec.encoder_rate, amplitude, i * samples));
    level.add_voice(payload, static_cast<uint32_t>(i) * codec.clock_hz / 50,
                    kStart_ns + static_cast<int64_t>(i) * kPacket_ns);
  }
  level.finish();
  return level;
}

TEST(VoiceLevel, OfATone) {
  for (const Codec& codec : kCodecs) {
    SCOPED_TRACE(codec.name);
    const VoiceLevel level = level_of_tone(codec, 10362);
    ASSERT_EQ(level.levels().size(), 30U);
    for (size_t i = 2; i < 30; i++) EXPECT_NEAR(level.levels()[i], -13, 1);
    EXPECT_NEAR(level.figures().loudest, -13, 2);
    EXPECT_EQ(level.figures().silent_slots, 0U);
    EXPECT_EQ(level.figures().undecodable, 0U);
    EXPECT_EQ(level.start_ns(), kStart_ns);
  }
}

TEST(VoiceLevel, OfSilence) {
  for (const Codec& codec : kCodecs) {
    SCOPED_TRACE(codec.name);
    const VoiceLevel level = level_of_tone(codec, 0);
    EXPECT_GE(level.figures().silent_share(), 0.9);
  }
}

TEST(VoiceLevel, RatesOfDecoders) {
  for (const Codec& codec : kCodecs) {
    const auto decoder = make_voice_decoder(codec.name, codec.clock_hz, 1);
    ASSERT_TRUE(decoder) << codec.name;
    EXPECT_EQ(decoder->sample_rate(), codec.decoded_rate) << codec.name;
  }
}

TEST(VoiceLevel, LowComfortNoiseIsSilenceAndSpeechLevelIsNot) {
  struct {
    double amplitude;
    bool silent;
  } const cases[] = {{15, true}, {40, true}, {100, false}};  // -70, -61, -53 dBov
  for (const auto& c : cases) {
    const VoiceLevel level = level_of_tone({"L16", 8000, 8000, 8000, l16}, c.amplitude);
    EXPECT_EQ(level.figures().silent_share() >= 0.9, c.silent) << c.amplitude;
  }
}

TEST(VoiceLevel, DigitalSilenceIsLowest) {
  struct {
    const char* name;
    char byte;
  } const cases[] = {{"PCMU", '\xFF'}, {"PCMU", '\x7F'}, {"PCMA", '\xD5'}, {"PCMA", '\x55'}};
  for (const auto& c : cases) {
    VoiceLevel level(make_voice_decoder(c.name, 8000, 1), 8000);
    for (uint32_t i = 0; i < 100; i++) {
      level.add_voice(std::string(160, c.byte), i * 160, kStart_ns + i * kPacket_ns);
    }
    level.finish();
    EXPECT_EQ(level.figures().loudest, VoiceLevel::kLowestLevel) << c.name;
    EXPECT_EQ(level.figures().silent_share(), 1.0);
    EXPECT_EQ(level.figures().repeated_share(), 1.0);
  }
}

TEST(VoiceLevel, LoopedToneRepeatsButIsLoud) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  const std::string payload = g711(G711_ULAW)(tone(160, 8000, 10362, 0, 1000));
  for (uint32_t i = 0; i < 100; i++) {
    level.add_voice(payload, i * 160, kStart_ns + i * kPacket_ns);
  }
  level.finish();
  EXPECT_EQ(level.figures().repeated_share(), 1.0);
  EXPECT_EQ(level.figures().silent_share(), 0.0);
}

TEST(VoiceLevel, WithoutDecoderPayloadsAreCompared) {
  VoiceLevel level(make_voice_decoder("G729", 8000, 1), 8000);
  for (uint32_t i = 0; i < 10; i++) {
    level.add_voice(i < 5 ? "same payload" : std::to_string(i), i * 160,
                    kStart_ns + i * kPacket_ns);
  }
  level.finish();
  EXPECT_EQ(level.figures().voice_packets, 10U);
  EXPECT_EQ(level.figures().repeated_payloads, 4U);
  EXPECT_EQ(level.figures().slots, 0U);
  EXPECT_EQ(level.figures().loudest, VoiceLevel::kNoData);
  EXPECT_TRUE(level.levels().empty());
}

TEST(VoiceLevel, ComfortNoiseAndEventsAreCounted) {
  VoiceLevel level(make_voice_decoder("PCMA", 8000, 1), 8000);
  level.add_voice(std::string(160, '\xD5'), 0, kStart_ns);
  level.add_comfort_noise("\x46", 800, kStart_ns + 100'000'000);
  level.add_comfort_noise("", 1600, kStart_ns + 200'000'000);
  level.add_telephone_event();
  level.finish();
  EXPECT_EQ(level.figures().comfort_noise, 2U);
  EXPECT_EQ(level.figures().telephone_events, 1U);
  EXPECT_EQ(level.levels(), (std::vector<int8_t>{VoiceLevel::kLowestLevel, -70}));
  EXPECT_EQ(level.figures().silent_slots, 2U);
}

TEST(VoiceLevel, GapsHaveNoData) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  level.add_voice(std::string(800, '\xFF'), 0, kStart_ns);
  level.add_voice(std::string(800, '\xFF'), 2400, kStart_ns + 300'000'000);
  level.finish();
  EXPECT_EQ(level.levels(), (std::vector<int8_t>{VoiceLevel::kLowestLevel, VoiceLevel::kNoData,
                                                 VoiceLevel::kNoData, VoiceLevel::kLowestLevel}));
  EXPECT_EQ(level.figures().slots, 2U);
}

TEST(VoiceLevel, LongStreamsHalveTheResolution) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  const std::string payload(800, '\xFF');
  for (uint32_t i = 0; i < 40'000; i++) {
    level.add_voice(payload, i * 800, kStart_ns + i * int64_t{100'000'000});
  }
  level.finish();
  EXPECT_EQ(level.slot_ns(), 200'000'000);
  EXPECT_EQ(level.levels().size(), 20'000U);
  EXPECT_EQ(level.levels()[7], VoiceLevel::kLowestLevel);
  EXPECT_EQ(level.figures().slots, 40'000U);
}

TEST(VoiceLevel, ForgedTimesStayBounded) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  const std::string payload(160, '\xFF');
  const int64_t times[] = {0, INT64_MAX, INT64_MIN, -1, INT64_MAX - 5, kStart_ns, INT64_MIN};
  uint32_t timestamp = 0;
  for (const int64_t time_ns : times) level.add_voice(payload, timestamp += 0x7000'0000, time_ns);
  level.finish();
  EXPECT_LE(level.levels().size(), VoiceLevel::kMaxSlots);
  EXPECT_EQ(level.figures().voice_packets, 7U);
}

TEST(VoiceLevel, SenderChangesItsCodec) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  level.add_voice(std::string(160, '\xFF'), 0, kStart_ns);
  level.use(make_voice_decoder("L16", 16000, 1), 16000);
  const std::string loud = l16()(tone(1600, 16000, 10362));
  level.add_voice(loud, 77'000, kStart_ns + 100'000'000);
  level.finish();
  EXPECT_EQ(level.levels(), (std::vector<int8_t>{VoiceLevel::kLowestLevel, -13}));
}

TEST(Codec, WhatIsNotDecodable) {
  for (const char* name : {"AMR", "AMR-WB", "EVS", "iLBC", "G729", "G723", "telephone-event", "CN",
                           "", "G726", "AAL2-", "AAL2-PCMU"}) {
    EXPECT_FALSE(make_voice_decoder(name, 8000, 1)) << name;
  }
  EXPECT_FALSE(make_voice_decoder("PCMU", 8000, 2));
  EXPECT_FALSE(make_voice_decoder("L16", 44100, 9));
  EXPECT_FALSE(make_voice_decoder("L16", 1, 1));
  EXPECT_FALSE(make_voice_decoder("L16", UINT32_MAX, 1));
  EXPECT_TRUE(make_voice_decoder("opus", 48000, 2));
  EXPECT_TRUE(make_voice_decoder("G721", 0, 0));
}

TEST(Codec, StereoIsMixed) {
  const auto decoder = make_voice_decoder("L16", 44100, 2);
  Pcm pcm(4);
  ASSERT_EQ(decoder->decode(std::string_view("\x00\x64\x00\xC8\xFF\xFF\xFF\xFD\x11", 9), pcm), 2U);
  EXPECT_EQ(pcm, (Pcm{150, -2, 0, 0}));
}

TEST(Codec, PackingsOfG726Differ) {  // RFC 3551 4.5.4: the same code words, nibbles exchanged
  const Pcm speech = tone(160, 8000, 8000);
  std::string rfc3551 = g726(32000, G726_PACKING_RIGHT)(speech);
  const std::string aal2 = g726(32000, G726_PACKING_LEFT)(speech);
  for (char& byte : rfc3551) {
    const auto bits = static_cast<uint8_t>(byte);
    byte = static_cast<char>(bits << 4 | bits >> 4);
  }
  EXPECT_EQ(rfc3551, aal2);
}

TEST(Codec, HostilePayloadsStayInBounds) {
  std::mt19937 random(7);
  for (const Codec& codec : kCodecs) {
    SCOPED_TRACE(codec.name);
    const auto decoder = make_voice_decoder(codec.name, codec.clock_hz, 1);
    for (const size_t room : {size_t{0}, size_t{1}, size_t{7}, size_t{161}, kMaxPcmSamples}) {
      for (size_t length = 0; length < 70'000; length = length * 2 + 1) {
        // Both exactly as long as told: the sanitizer sees the byte beyond.
        std::vector<char> payload(length);
        for (char& byte : payload) byte = static_cast<char>(random());
        std::vector<int16_t> pcm(room);
        EXPECT_LE(decoder->decode({payload.data(), payload.size()}, pcm), room);
      }
    }
    Pcm pcm(kMaxPcmSamples);
    EXPECT_EQ(decoder->decode({}, pcm), 0U);
  }
}

TEST(Codec, RandomSmallPayloads) {
  std::mt19937 random(11);
  for (const Codec& codec : kCodecs) {
    VoiceLevel level(make_voice_decoder(codec.name, codec.clock_hz, 1), codec.clock_hz);
    for (uint32_t i = 0; i < 2000; i++) {
      std::string payload(random() % 100, '\0');
      for (char& byte : payload) byte = static_cast<char>(random());
      level.add_voice(payload, static_cast<uint32_t>(random()), kStart_ns + i * kPacket_ns);
    }
    level.finish();
    EXPECT_LE(level.levels().size(), VoiceLevel::kMaxSlots);
  }
}

TEST(MediaClock, SpacesByTimestamp) {
  MediaClock clock(8000);
  EXPECT_EQ(clock.place(0xFFFF'FFFF, kStart_ns), kStart_ns);
  EXPECT_EQ(clock.place(159, kStart_ns + 55'000'000), kStart_ns + kPacket_ns);  // wraps, jitter
  EXPECT_EQ(clock.place(479, kStart_ns + 61'000'000), kStart_ns + 3 * kPacket_ns);
  EXPECT_EQ(clock.place(319, kStart_ns + 62'000'000), kStart_ns + 2 * kPacket_ns);  // reordered
}

TEST(MediaClock, AnchorsAnewAfterAJump) {
  MediaClock clock(8000);
  clock.place(0, kStart_ns);
  EXPECT_EQ(clock.place(1'000'000, kStart_ns + kPacket_ns), kStart_ns + kPacket_ns);
  EXPECT_EQ(clock.place(1'000'160, kStart_ns + 45'000'000), kStart_ns + 2 * kPacket_ns);
  EXPECT_EQ(clock.place(1'000'320, kStart_ns + 9'000'000'000), kStart_ns + 9'000'000'000);
}

TEST(MediaClock, KeepsFractionsOfOddClocks) {
  MediaClock clock(44'100);
  clock.place(0, 0);
  int64_t at_ns = 0;
  for (uint32_t i = 1; i <= 44'100; i++) at_ns = clock.place(i, at_ns);
  EXPECT_EQ(at_ns, 1'000'000'000);
}

TEST(EModel, Anchors) {
  struct {
    const char* encoding;
    double loss, burst, delay_ms, r, mos;
  } const cases[] = {
      {"PCMU", 0, 1, 0, 93.2, 4.41},          {"pcma", 0, 0, 0, 93.2, 4.41},
      {"PCMU", 0, 1, 100, 90.8, 4.358},       {"PCMU", 0, 1, 300, 72.5, 3.72},
      {"PCMU", 1, 1, 0, 89.56, 4.328},        {"PCMU", 5, 1, 0, 77.42, 3.92},
      {"PCMU", 5, 4, 0, 75.17, 3.83},         {"G729", 0, 1, 0, 82.2, 4.10},
      {"G729", 2, 1, 0, 74.2, 3.79},          {"G723", 0, 1, 0, 78.2, 3.95},
      {"GSM", 0, 1, 0, 73.2, 3.75},           {"AMR", 0, 1, 0, 88.2, 4.292},
      {"AAL2-G726-32", 0, 1, 0, 86.2, 4.235}, {"nobody knows", 0, 1, 0, 93.2, 4.41},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.encoding << ' ' << c.loss << ' ' << c.delay_ms);
    const VoiceQuality quality = e_model(c.encoding, c.loss, c.burst, c.delay_ms);
    EXPECT_NEAR(quality.r, c.r, 0.1);
    EXPECT_NEAR(quality.mos, c.mos, 0.015);
  }
}

TEST(EModel, NonsenseStaysInRange) {
  const double values[] = {-1e300, -1, 0, 0.5, 100, 1e9, 1e300, INFINITY, -INFINITY, NAN};
  for (const double loss : values) {
    for (const double burst : values) {
      for (const double delay : values) {
        const VoiceQuality quality = e_model("G729", loss, burst, delay);
        EXPECT_GE(quality.r, 0);
        EXPECT_LE(quality.r, 93.2);
        EXPECT_GE(quality.mos, 1);
        EXPECT_LE(quality.mos, 4.5);
      }
    }
  }
}

TEST(EModel, KnownCodecs) {
  ASSERT_TRUE(codec_impairment("g729"));
  EXPECT_TRUE(codec_impairment("g729")->standard);
  ASSERT_TRUE(codec_impairment("OPUS"));
  EXPECT_FALSE(codec_impairment("OPUS")->standard);
  EXPECT_EQ(codec_impairment("telephone-event"), nullptr);
}

std::string event(unsigned code, bool end, unsigned duration, unsigned volume = 10) {
  return build::number16(code << 8 | (end ? 0x80U : 0U) | volume) + build::number16(duration);
}

TEST(Dtmf, OneDigitPerTimestamp) {
  DtmfDigits dtmf;
  uint32_t timestamp = 0xFFFF'FE00;  // wraps on the way
  for (const unsigned code : {1U, 1U, 0U, 11U, 10U, 15U, 16U}) {
    for (unsigned duration = 160; duration <= 800; duration += 160) {
      dtmf.add(event(code, false, duration), timestamp);
    }
    for (int i = 0; i < 3; i++) dtmf.add(event(code, true, 960), timestamp);
    timestamp += 2000;
  }
  EXPECT_EQ(dtmf.digits(), "110#*D!");
  ASSERT_EQ(dtmf.events().size(), 7U);
  EXPECT_EQ(dtmf.events()[0].duration, 960U);
  EXPECT_EQ(dtmf.events()[0].volume, 10);
  EXPECT_TRUE(dtmf.events()[6].ended);
}

TEST(Dtmf, LossAndReordering) {
  DtmfDigits dtmf;
  dtmf.add(event(5, true, 960), 1000);  // only an end packet arrived
  dtmf.add(event(6, false, 160), 3000);
  dtmf.add(event(5, true, 960), 1000);  // late
  dtmf.add(event(6, true, 800), 3000);
  dtmf.add(event(6, false, 640), 3000);
  EXPECT_EQ(dtmf.digits(), "56");
  EXPECT_EQ(dtmf.events()[1].duration, 800U);
  EXPECT_TRUE(dtmf.events()[1].ended);
}

TEST(Dtmf, LongPressIsOneDigit) {  // RFC 4733 2.5.1.3
  DtmfDigits dtmf;
  dtmf.add(event(9, false, 0xFFFF), 0);
  dtmf.add(event(9, false, 160), 0xFFFF);
  dtmf.add(event(9, true, 1000), 0xFFFF);
  EXPECT_EQ(dtmf.digits(), "9");
  EXPECT_EQ(dtmf.events()[0].duration, 0xFFFFU + 1000);
}

TEST(Dtmf, HostileAndMany) {
  DtmfDigits dtmf;
  dtmf.add("", 0);
  dtmf.add(std::string_view("\x01\x80\x03", 3), 0);
  dtmf.add(event(17, true, 100), 100);
  dtmf.add(event(255, true, 100), 200);
  EXPECT_EQ(dtmf.digits(), "");
  for (uint32_t i = 0; i < 1000; i++) dtmf.add(event(i % 10, true, 100), i * 1000);
  EXPECT_EQ(dtmf.digits().size(), DtmfDigits::kMaxDigits);
  EXPECT_EQ(dtmf.dropped(), 1000 - DtmfDigits::kMaxDigits);
}

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
  StereoTrack track(kStart_ns, 8000);
  track.add(TrackSide::callee, kStart_ns + 1'500'000'000, Pcm(160, 2000), 8000);
  track.add(TrackSide::caller, kStart_ns, Pcm(160, 1000), 8000);
  track.add(TrackSide::caller, kStart_ns + kPacket_ns, Pcm(320, 3000), 16000);
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
  StereoTrack track(kStart_ns, 12345);
  const Pcm pcm(160, 7);
  track.add(TrackSide::caller, kStart_ns - 10'000'000, pcm, 8000);  // half of it before the origin
  EXPECT_DOUBLE_EQ(track.seconds(), 0.01);
  for (const int64_t time_ns : {INT64_MIN, int64_t{0}, kStart_ns - kPacket_ns}) {
    track.add(TrackSide::callee, time_ns, pcm, 8000);
  }
  track.add(TrackSide::callee, kStart_ns, {}, 8000);
  track.add(TrackSide::callee, kStart_ns, pcm, 0);
  EXPECT_DOUBLE_EQ(track.seconds(), 0.01);
  EXPECT_FALSE(track.truncated());
  const int64_t end_ns = kStart_ns + StereoTrack::kMaxSeconds * 1'000'000'000;
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
}  // namespace sipladder
