// Decoders of voice: which there are, and that no payload leads them astray.
#include "media/codec.h"

#include <gtest/gtest.h>
#include <spandsp.h>

#include <random>

#include "media/voice_level.h"
#include "tests/support/voice_encoder.h"

namespace sipladder::codec_test {
namespace {

using build::Codec;
using build::g726;
using build::kCodecs;
using build::kPacketNs;
using build::kStartNs;
using build::Pcm;
using build::tone;

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
      level.add_voice(payload, static_cast<uint32_t>(random()), kStartNs + i * kPacketNs);
    }
    level.finish();
    EXPECT_LE(level.levels().size(), VoiceLevel::kMaxSlots);
  }
}

}  // namespace
}  // namespace sipladder::codec_test
