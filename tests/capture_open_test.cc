// Which captures are read, in which order, and from where: several files, rotated ones, folders,
// pipes; filters; and the bytes read again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/capture_bytes.h"
#include "tests/support/capture_files.h"

namespace sipladder::capture_open_test {
namespace {

namespace fs = std::filesystem;
using namespace build;

TEST_F(CaptureTest, MergedByTimeAndStable) {
  const std::string a =
      write("a", pcap_header() + pcap_packet(1, 0, "a1") + pcap_packet(3, 0, "a3"));
  const std::string b =
      write("b", pcap_header() + pcap_packet(1, 0, "b1") + pcap_packet(2, 0, "b2"));
  std::string order;
  for (const Seen& seen : read({a, b})) {
    order += seen.data + "/" + std::to_string(seen.packet.source) + "/" +
             std::to_string(seen.packet.frame) + " ";
  }
  EXPECT_EQ(order, "a1/0/1 b1/1/1 b2/1/2 a3/0/2 ");
}

// Files that follow each other were taken at one point, those that overlap at several.
TEST_F(CaptureTest, RotatedFilesShareTheirPoint) {
  const auto file = [&](const std::string& name, uint32_t from, uint32_t to) {
    return write(name, pcap_header() + pcap_packet(from, 0, name) + pcap_packet(to, 0, name));
  };
  std::string points;
  for (const Seen& seen : read({file("pbx_1", 1, 10), file("sbc_1", 2, 11), file("sbc_2", 12, 30),
                                file("pbx_2", 13, 20), file("third", 21, 22)})) {
    points += seen.data + "/" + std::to_string(seen.packet.point) + " ";
  }
  EXPECT_EQ(points,
            "pbx_1/0 sbc_1/1 pbx_1/0 sbc_1/1 sbc_2/1 pbx_2/0 pbx_2/0 third/0 third/0 sbc_2/1 ");
}

TEST_F(CaptureTest, FolderByContentAndName) {
  write("2.bin", pcap_header() + pcap_packet(1, 0, "two"));
  write("1.log", gzip(pcap_header() + pcap_packet(1, 0, "one")));
  write("0.pcap", "text, whatever its name says");
  const auto seen = read({folder_.string()});
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].data, "one");
  EXPECT_TRUE(errors_.empty());
}

TEST_F(CaptureTest, WhatCannotBeOpenedIsSaidAndTheRestRead) {
  const std::string good = write("good", pcap_header() + pcap_packet(1, 0, "x"));
  fs::create_directory(folder_ / "none");
  const auto seen =
      read({write("text", "hello"), write("empty", ""), (folder_ / "missing").string(), good,
            (folder_ / "none").string(), write("odd", gzip("hello, this is no capture"))});
  EXPECT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].packet.source, 0);
  std::string all;
  for (const std::string& error : errors_) all += error + "\n";
  EXPECT_EQ(errors_.size(), 5U) << all;
  for (const char* part : {"no SIP message can be told from it", "the file is empty",
                           "No such file", "no capture file in this folder"}) {
    EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
  }
}

std::string udp_frame(uint32_t port, bool ethernet) {
  Bytes frame(true);
  if (ethernet) frame.raw(std::string(12, '\1')).u16(0x0800);
  frame.raw("\x45").raw(std::string(1, '\0')).u16(28).u32(0).raw("\x40\x11").u16(0).u32(1).u32(2);
  return frame.u16(port).u16(port).u16(8).u16(0).text();
}

TEST_F(CaptureTest, BpfKeepsFrameNumbersAndCompilesPerLinkType) {
  const auto seen = read(
      {write("ng", section() + interface(1, 0) + interface(101, 0) +
                       enhanced(0, 1, udp_frame(9, true)) + enhanced(0, 2, udp_frame(5060, true)) +
                       enhanced(1, 3, udp_frame(9, false)) +
                       enhanced(1, 4, udp_frame(5060, false)))},
      "udp port 5060");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].packet.frame, 2U);
  EXPECT_EQ(seen[1].packet.frame, 4U);
  read({write("a", pcap_header() + pcap_packet(1, 0, "x"))}, "udp prt 5060");
  EXPECT_EQ(source_, nullptr);
  ASSERT_EQ(errors_.size(), 1U);
  EXPECT_NE(errors_[0].find("udp prt 5060"), std::string::npos);
}

// A named pipe is read exactly as standard input is.
TEST_F(CaptureTest, PipeDeliversPacketsAsTheyArrive) {
  for (const bool packed : {false, true}) {
    const std::string path = (folder_ / "pipe").string();
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    const int fd = ::open(path.c_str(), O_RDWR);
    source_ = open_captures({path}, {}, log_, &errors_);
    ASSERT_NE(source_, nullptr);
    Packet packet;
    EXPECT_EQ(source_->next(&packet), ReadResult::idle);
    const std::string plain = pcap_header() + pcap_packet(1, 0, "one") + pcap_packet(2, 0, "two");
    const std::string bytes = packed ? gzip(plain) : plain;
    // The second packet lacks its last byte at first.
    ASSERT_EQ(::write(fd, bytes.data(), 2), 2);
    EXPECT_EQ(source_->next(&packet), ReadResult::idle);
    ASSERT_GT(::write(fd, bytes.data() + 2, bytes.size() - 3), 0);
    EXPECT_EQ(source_->next(&packet), ReadResult::packet);
    if (!packed) {
      EXPECT_EQ(source_->next(&packet), ReadResult::idle);
    }
    ASSERT_EQ(::write(fd, bytes.data() + bytes.size() - 1, 1), 1);
    close(fd);
    EXPECT_EQ(source_->next(&packet), ReadResult::packet);
    const std::string data(reinterpret_cast<const char*>(packet.data), packet.ref.length);
    EXPECT_EQ(data, "two");
    EXPECT_EQ(source_->next(&packet), ReadResult::end);
    EXPECT_EQ(damage(), "");
    fs::remove(path);
  }
}

TEST_F(CaptureTest, FileCutUnderUsIsAFailedReadOnly) {
  const std::string path = write("a", pcap_header() + pcap_packet(1, 0, "abc"));
  const auto seen = read({path});
  ASSERT_EQ(seen.size(), 1U);
  ASSERT_EQ(truncate(path.c_str(), 30), 0);
  std::string data;
  EXPECT_FALSE(log_.read(seen[0].packet.ref, &data));
}

}  // namespace
}  // namespace sipladder::capture_open_test
