// Silence in streams of every codec that can be decoded: from packets through the engine to the
// share of silence, from short runs of packets.
#include "correlate/rtp/voice_heard.h"

#include <gtest/gtest.h>

#include "tests/support/engine_feed.h"
#include "tests/support/packet_builder.h"
#include "tests/support/voice_encoder.h"

namespace sipladder::voice_heard_test {
namespace {

using build::kPacketNs;
using build::kStartNs;

constexpr const char* kFrom = "192.0.2.1";
constexpr const char* kTo = "192.0.2.2";

uint8_t payload_type_of(const build::Codec& codec) {
  const std::string_view name = codec.name;
  if (name == "PCMU") return 0;
  if (name == "pcma") return 8;
  return name == "G722" ? 9 : name == "GSM" ? 3 : 96;
}

// A stream whose tone has `amplitude`, and none at all in the first `silent` packets, nor behind
// the `audible` ones that follow these.
class Stream {
 public:
  Stream(const build::Codec& codec, double amplitude, size_t packets, size_t silent = 0,
         size_t audible = SIZE_MAX) {
    const build::Encode encode = codec.make();
    const size_t samples = static_cast<size_t>(codec.encoder_rate) / 50;
    for (size_t i = 0; i < packets; i++) {
      const double level = i >= silent && i - silent < audible ? amplitude : 0;
      const std::string payload =
          encode(build::tone(samples, codec.encoder_rate, level, i * samples));
      add(payload, payload_type_of(codec), i, codec.clock_hz / 50);
    }
    heard_ = heard_of(feed_.model, feed_.log, StreamId{1}, codec.name);
    listening_ = listen_to(feed_.model, feed_.log, StreamId{1}, codec.name);
  }
  const Heard& heard() const { return heard_; }
  const Listening& listening() const { return listening_; }
  double share() const { return static_cast<double>(heard_.silent) / heard_.packets; }

 private:
  void add(const std::string& payload, uint8_t type, size_t i, uint32_t step) {
    const std::string rtp =
        std::string("\x80") + static_cast<char>(type) + build::number16(static_cast<uint16_t>(i)) +
        build::number32(static_cast<uint32_t>(i) * step) + build::number32(0x1234) + payload;
    feed_.add(kStartNs + static_cast<int64_t>(i) * kPacketNs,
              build::ip(build::udp(rtp, kFrom, kTo, 10000, 20000), 17, kFrom, kTo));
  }

  EngineFeed feed_;
  Heard heard_;
  Listening listening_;
};

TEST(VoiceHeard, ATone) {
  for (const build::Codec& codec : build::kCodecs) {
    SCOPED_TRACE(codec.name);
    for (const double amplitude : {10362.0, 1000.0}) {
      const Stream stream(codec, amplitude, 400);
      EXPECT_TRUE(stream.heard().known);
      EXPECT_LT(stream.share(), 0.1) << amplitude;
    }
  }
}

// -70 dBov: the noise of a line where nobody speaks.
TEST(VoiceHeard, NothingAndNearlyNothing) {
  for (const build::Codec& codec : build::kCodecs) {
    SCOPED_TRACE(codec.name);
    EXPECT_GE(Stream(codec, 0, 400).share(), 0.9);
    const std::string_view name = codec.name;
    const bool coarse = name == "pcma" || name.find("G726") != std::string_view::npos;
    if (coarse) continue;
    EXPECT_GE(Stream(codec, 15, 400).share(), 0.9);
  }
}

TEST(VoiceHeard, HalfOfALongStream) {
  for (const build::Codec& codec : build::kCodecs) {
    SCOPED_TRACE(codec.name);
    EXPECT_NEAR(Stream(codec, 10362, 3000, 1500).share(), 0.5, 0.1);
  }
}

// Every packet counts: a word is not missed, and silence is told of what was decoded.
TEST(VoiceHeard, OneWordInALongSilence) {
  for (const build::Codec& codec : build::kCodecs) {
    SCOPED_TRACE(codec.name);
    EXPECT_TRUE(Stream(codec, 10362, 700, 333, 12).listening().audible);
    const Stream silent(codec, 0, 700);
    EXPECT_FALSE(silent.listening().audible);
    EXPECT_EQ(silent.listening().decoded, 700U);
  }
}

TEST(VoiceHeard, ATypeThatNoLibraryDecodes) {
  const build::Codec g729{"G729", 8000, 8000, 8000, build::l16};
  EXPECT_FALSE(Stream(g729, 1000, 400).heard().known);
  EXPECT_TRUE(Stream(g729, 1000, 400).listening().audible);
  EXPECT_EQ(Stream(g729, 0, 400).listening().repeated, 400U);
}

}  // namespace
}  // namespace sipladder::voice_heard_test
