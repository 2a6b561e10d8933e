// Reading captures: formats, byte orders, compression, damage.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/capture_bytes.h"
#include "tests/support/capture_files.h"

namespace sipladder::capture_formats_test {
namespace {

namespace fs = std::filesystem;
using namespace build;

TEST_F(CaptureTest, PcapInBothByteOrdersAndResolutions) {
  for (const bool big : {false, true}) {
    const auto micro =
        read({write("us", pcap_header(0xA1B2C3D4, big, 113) + pcap_packet(5, 7, "abc", big))});
    ASSERT_EQ(micro.size(), 1U);
    EXPECT_EQ(micro[0].packet.time_ns, 5'000'007'000);
    EXPECT_EQ(micro[0].packet.link_type, 113);
    EXPECT_EQ(micro[0].packet.original, 4U);
    EXPECT_EQ(micro[0].packet.frame, 1U);
    EXPECT_EQ(micro[0].data, "abc");
    EXPECT_EQ(damage(), "");
    const auto nano =
        read({write("ns", pcap_header(0xA1B23C4D, big, 12) + pcap_packet(5, 7, "", big))});
    ASSERT_EQ(nano.size(), 1U);
    EXPECT_EQ(nano[0].packet.time_ns, 5'000'000'007);
    EXPECT_EQ(nano[0].packet.link_type, 101);
  }
}

// Each packet header of the modified format has 8 bytes more.
TEST_F(CaptureTest, ModifiedPcap) {
  for (const bool big : {false, true}) {
    const std::string one = pcap_packet(5, 7, "abc", big);
    const std::string more = one.substr(0, 16) + std::string(8, 'm') + "abc";
    const auto seen = read({write("modified", pcap_header(0xA1B2CD34, big, 113) + more + more)});
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[1].packet.time_ns, 5'000'007'000);
    EXPECT_EQ(seen[1].data, "abc");
    EXPECT_EQ(damage(), "");
  }
}

TEST_F(CaptureTest, ChecksumBitsOfTheLinkTypeFieldAreNoLinkType) {
  const auto seen =
      read({write("fcs", pcap_header(0xA1B2C3D4, false, 0x44000001) + pcap_packet(1, 0, "x"))});
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].packet.link_type, 1);
}

TEST_F(CaptureTest, PcapngInterfacesDiffer) {
  for (const bool big : {false, true}) {
    const std::string nano =
        Bytes(big).u16(9).u16(1).padded("\x09").u16(14).u16(8).u64(100).u32(0).text();
    const std::string drops = Bytes(big).u32(1).u64(0).u16(5).u16(8).u64(42).u32(0).text();
    const std::string old =
        Bytes(big).u16(0).u16(0).u32(0).u32(4'000'000).u32(2).u32(2).padded("OL").text();
    const auto seen = read({write(
        "ng", section(big) + interface(1, 0, "", big) + interface(113, 0, nano, big) +
                  enhanced(0, 1'500'000, "first", big) + enhanced(1, 2'000'000'001, "second", big) +
                  block(3, Bytes(big).u32(5).padded("third").text(), big) +
                  block(0xBAD, "skip", big) + block(5, drops, big) + block(5, drops, big) +
                  block(2, old, big))});
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].packet.time_ns, 1'500'000'000);
    EXPECT_EQ(seen[0].packet.link_type, 1);
    EXPECT_EQ(seen[0].data, "first");
    EXPECT_EQ(seen[1].packet.time_ns, 102'000'000'001);
    EXPECT_EQ(seen[1].packet.link_type, 113);
    EXPECT_EQ(seen[2].data, "third");
    EXPECT_EQ(seen[3].data, "OL");
    EXPECT_EQ(seen[3].packet.frame, 4U);
    EXPECT_EQ(source_->infos()[0]->dropped, 42U);
    EXPECT_EQ(damage(), "");
  }
}

TEST_F(CaptureTest, PcapngSectionsOfDifferentByteOrder) {
  const auto seen =
      read({write("ng", section() + interface(1, 3) + enhanced(0, 1, "little") + section(true) +
                            interface(101, 3, "", true) + enhanced(0, 1, "big", true) +
                            block(3, Bytes(true).u32(9).padded("cut").text(), true))});
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].packet.link_type, 101);
  EXPECT_EQ(seen[2].data, "cut");
  EXPECT_EQ(seen[2].packet.original, 9U);
}

TEST_F(CaptureTest, PcapngSkipsAnUnknownBlockOfAnySize) {
  const std::string start = section() + interface(1, 0);
  const auto seen = read(
      {write("ng", start + block(0xBAD, std::string(9 << 20, 'x')) + enhanced(0, 1, "after"))});
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].data, "after");
  EXPECT_EQ(damage(), "");
  read({write("cut", start + block(0xBAD, std::string(9 << 20, 'x')).substr(0, 64 << 10))});
  EXPECT_NE(damage().find("block cut off at byte"), std::string::npos) << damage();
}

TEST_F(CaptureTest, HostileTimesDoNotOverflow) {
  const std::string far = Bytes()
                              .u16(9)
                              .u16(1)
                              .padded(std::string(1, '\0'))
                              .u16(14)
                              .u16(8)
                              .u64(INT64_MAX)
                              .u32(0)
                              .text();
  const auto seen =
      read({write("ng", section() + interface(1, 0, far) + enhanced(0, UINT64_MAX, "a") +
                            enhanced(0, 8'999'999'999, "b"))});
  ASSERT_EQ(seen.size(), 2U);
  const std::string past = Bytes()
                               .u16(9)
                               .u16(1)
                               .padded(std::string(1, '\0'))
                               .u16(14)
                               .u16(8)
                               .u64(static_cast<uint64_t>(INT64_MIN))
                               .u32(0)
                               .text();
  const auto early =
      read({write("early", section() + interface(1, 0, past) + enhanced(0, 0, "a"))});
  ASSERT_EQ(early.size(), 1U);
  int64_t difference = 0;
  EXPECT_FALSE(
      __builtin_sub_overflow(seen[1].packet.time_ns, early[0].packet.time_ns, &difference));
  EXPECT_GT(difference, 0);
}

TEST_F(CaptureTest, DamageNamesItsByte) {
  const std::string good = pcap_header() + pcap_packet(1, 0, "abc");
  EXPECT_EQ(read({write("header", good + "12345")}).size(), 1U);
  EXPECT_NE(damage().find("packet header cut off at byte 43"), std::string::npos) << damage();
  EXPECT_EQ(read({write("body", good + pcap_packet(2, 0, "abcdef").substr(0, 20))}).size(), 1U);
  EXPECT_NE(damage().find("packet cut off at byte 43"), std::string::npos) << damage();
  EXPECT_EQ(read({write("length", good + Bytes().u32(1).u32(0).u32(300'000).u32(1).text())}).size(),
            1U);
  EXPECT_NE(damage().find("impossible packet length at byte 43"), std::string::npos) << damage();
  const std::string ng = section() + interface(1, 0) + enhanced(0, 1, "abcd");
  EXPECT_EQ(read({write("ng", ng + enhanced(0, 1, "abcd").substr(0, 30))}).size(), 1U);
  EXPECT_NE(damage().find("block cut off at byte " + std::to_string(ng.size())), std::string::npos)
      << damage();
}

std::string big_capture(int packets) {
  std::string bytes = pcap_header();
  uint32_t state = 1;
  for (int i = 0; i < packets; i++) {
    std::string data(static_cast<size_t>(100 + i % 1400), '\0');
    for (char& c : data) {
      state = state * 1664525 + 1013904223;
      c = static_cast<char>(state >> 29);  // few values: compresses, yet differs everywhere
    }
    bytes += pcap_packet(static_cast<uint32_t>(i), 0, data);
  }
  return bytes;
}

TEST_F(CaptureTest, CompressedOfSeveralMegabytes) {
  const std::string plain = big_capture(8000);
  for (const std::string& packed :
       {gzip(plain), zstd(plain), gzip(plain.substr(0, 5000)) + gzip(plain.substr(5000))}) {
    const auto seen = read({write("packed", packed)});
    EXPECT_EQ(seen.size(), 8000U);
    EXPECT_EQ(damage(), "");
    EXPECT_EQ(seen.back().data.size(), 100 + 7999U % 1400);
  }
}

TEST_F(CaptureTest, UnpackingIsBoundedByRatioAndBySize) {
  const std::string block_of_nothing = block(0xBAD, std::string(1 << 20, '\0'));
  std::string plain = section() + interface(1, 0) + enhanced(0, 1, "first");
  for (int i = 0; i < 8; i++) plain += block_of_nothing;
  plain += enhanced(0, 2, "last");
  const auto packets_within = [&](const UnpackLimit& limit, const std::string& packed) {
    source_ = open_captures({write("bomb", packed)}, {"", {}, limit}, log_, &errors_);
    Packet packet;
    while (source_->next(&packet) != ReadResult::end) {
    }
    return source_->infos()[0]->packets;
  };
  for (const std::string& packed : {gzip(plain), zstd(plain)}) {
    EXPECT_EQ(packets_within({}, packed), 2U);
    EXPECT_EQ(damage(), "");
    EXPECT_EQ(packets_within({4 << 20, 10'000, 0}, packed), 1U);
    EXPECT_NE(damage().find("--max-unpacked"), std::string::npos) << damage();
    EXPECT_EQ(packets_within({64 << 20, 100, 1 << 20}, packed), 1U);
    EXPECT_NE(damage().find("--max-ratio"), std::string::npos) << damage();
  }
  // Packets that are skipped, or that no record refers to, are not kept.
  EXPECT_EQ(log_.spool_bytes(), 0U);
}

TEST_F(CaptureTest, CompressedAndCutGivesWhatThereWas) {
  const std::string plain = big_capture(8000);
  for (const std::string& packed : {gzip(plain), zstd(plain)}) {
    const auto seen = read({write("cut", packed.substr(0, packed.size() / 2))});
    EXPECT_GT(seen.size(), 3000U);
    EXPECT_LT(seen.size(), 6000U);
    EXPECT_NE(damage().find("compressed data broken or cut off"), std::string::npos) << damage();
  }
}

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> result;
  std::stringstream stream(line);
  for (std::string column; std::getline(stream, column, '\t');) result.push_back(column);
  return result;
}

TEST_F(CaptureTest, SharedCapturesHaveTheKnownNumberOfPackets) {
  const fs::path shared = fs::path(SIPLADDER_ROOT) / "../shared/captures";
  std::ifstream table(shared / "README.tsv");
  if (!table) GTEST_SKIP() << "no shared captures here";
  std::string line;
  std::getline(table, line);
  const auto names = columns_of(line);
  const auto column =
      static_cast<size_t>(std::find(names.begin(), names.end(), "packets") - names.begin());
  ASSERT_LT(column, names.size());
  while (std::getline(table, line)) {
    const auto row = columns_of(line);
    if (row.size() <= column || !fs::exists(shared / row[0])) continue;
    EXPECT_EQ(std::to_string(read({(shared / row[0]).string()}).size()), row[column]) << row[0];
  }
}

}  // namespace
}  // namespace sipladder::capture_formats_test
