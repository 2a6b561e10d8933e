// MOS of the E-model (ITU-T G.107).
#include "media/emodel.h"

#include <gtest/gtest.h>

#include <cmath>

#include "media/codec.h"

namespace sipladder::emodel_test {
namespace {

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
      {"G722", 0, 1, 0, 116, 4.33},           {"AMR-WB", 2, 1, 0, 102.3, 4.00},
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
  EXPECT_EQ(codec_impairment("g729")->basis, FigureBasis::published);
  ASSERT_TRUE(codec_impairment("G726-32"));
  EXPECT_EQ(codec_impairment("G726-32")->basis, FigureBasis::partly_published);
  ASSERT_TRUE(codec_impairment("g722"));
  EXPECT_TRUE(codec_impairment("g722")->wideband);
  for (const char* unpublished : {"opus", "iLBC", "EVS", "L16"})
    EXPECT_EQ(codec_impairment(unpublished), nullptr) << unpublished;
  EXPECT_EQ(codec_impairment("telephone-event"), nullptr);
}

}  // namespace
}  // namespace sipladder::emodel_test
