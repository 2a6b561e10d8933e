// Digits of telephone events (RFC 4733).
#include "media/dtmf.h"

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace sipladder::dtmf_test {
namespace {

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

}  // namespace
}  // namespace sipladder::dtmf_test
