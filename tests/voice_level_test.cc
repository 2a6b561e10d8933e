// How loud a stream is, over time; what is silence, and what cannot be told.
#include "media/voice_level.h"

#include <gtest/gtest.h>
#include <spandsp.h>

#include "media/codec.h"
#include "tests/support/voice_encoder.h"

namespace sipladder::voice_level_test {
namespace {

using build::Codec;
using build::Encode;
using build::g711;
using build::kCodecs;
using build::kPacketNs;
using build::kStartNs;
using build::l16;
using build::tone;

// Three seconds of a tone through encoder, decoder and level.
VoiceLevel level_of_tone(const Codec& codec, double amplitude, size_t packets = 150) {
  VoiceLevel level(make_voice_decoder(codec.name, codec.clock_hz, 1), codec.clock_hz);
  const Encode encode = codec.make();
  const size_t samples = static_cast<size_t>(codec.encoder_rate) / 50;
  for (size_t i = 0; i < packets; i++) {
    const std::string payload = encode(tone(samples, codec.encoder_rate, amplitude, i * samples));
    level.add_voice(payload, static_cast<uint32_t>(i) * codec.clock_hz / 50,
                    kStartNs + static_cast<int64_t>(i) * kPacketNs);
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
    EXPECT_EQ(level.start_ns(), kStartNs);
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
      level.add_voice(std::string(160, c.byte), i * 160, kStartNs + i * kPacketNs);
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
    level.add_voice(payload, i * 160, kStartNs + i * kPacketNs);
  }
  level.finish();
  EXPECT_EQ(level.figures().repeated_share(), 1.0);
  EXPECT_EQ(level.figures().silent_share(), 0.0);
}

TEST(VoiceLevel, WithoutDecoderPayloadsAreCompared) {
  VoiceLevel level(make_voice_decoder("G729", 8000, 1), 8000);
  for (uint32_t i = 0; i < 10; i++) {
    level.add_voice(i < 5 ? "same payload" : std::to_string(i), i * 160, kStartNs + i * kPacketNs);
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
  level.add_voice(std::string(160, '\xD5'), 0, kStartNs);
  level.add_comfort_noise("\x46", 800, kStartNs + 100'000'000);
  level.add_comfort_noise("", 1600, kStartNs + 200'000'000);
  level.add_telephone_event();
  level.finish();
  EXPECT_EQ(level.figures().comfort_noise, 2U);
  EXPECT_EQ(level.figures().telephone_events, 1U);
  EXPECT_EQ(level.levels(), (std::vector<int8_t>{VoiceLevel::kLowestLevel, -70}));
  EXPECT_EQ(level.figures().silent_slots, 2U);
}

TEST(VoiceLevel, GapsHaveNoData) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  level.add_voice(std::string(800, '\xFF'), 0, kStartNs);
  level.add_voice(std::string(800, '\xFF'), 2400, kStartNs + 300'000'000);
  level.finish();
  EXPECT_EQ(level.levels(), (std::vector<int8_t>{VoiceLevel::kLowestLevel, VoiceLevel::kNoData,
                                                 VoiceLevel::kNoData, VoiceLevel::kLowestLevel}));
  EXPECT_EQ(level.figures().slots, 2U);
}

TEST(VoiceLevel, LongStreamsHalveTheResolution) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  const std::string payload(800, '\xFF');
  for (uint32_t i = 0; i < 40'000; i++) {
    level.add_voice(payload, i * 800, kStartNs + i * int64_t{100'000'000});
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
  const int64_t times[] = {0, INT64_MAX, INT64_MIN, -1, INT64_MAX - 5, kStartNs, INT64_MIN};
  uint32_t timestamp = 0;
  for (const int64_t time_ns : times) level.add_voice(payload, timestamp += 0x7000'0000, time_ns);
  level.finish();
  EXPECT_LE(level.levels().size(), VoiceLevel::kMaxSlots);
  EXPECT_EQ(level.figures().voice_packets, 7U);
}

TEST(VoiceLevel, SenderChangesItsCodec) {
  VoiceLevel level(make_voice_decoder("PCMU", 8000, 1), 8000);
  level.add_voice(std::string(160, '\xFF'), 0, kStartNs);
  level.use(make_voice_decoder("L16", 16000, 1), 16000);
  const std::string loud = l16()(tone(1600, 16000, 10362));
  level.add_voice(loud, 77'000, kStartNs + 100'000'000);
  level.finish();
  EXPECT_EQ(level.levels(), (std::vector<int8_t>{VoiceLevel::kLowestLevel, -13}));
}

}  // namespace
}  // namespace sipladder::voice_level_test
