// Reading captures: formats, byte orders, compression, damage, merging, folders, pipes, and the
// bytes read again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "capture/packet_source.h"
#include "tests/support/scratch.h"

namespace sipladder {
namespace {

namespace fs = std::filesystem;

// Writes integers in one byte order, as a machine of that order would.
class Bytes {
 public:
  explicit Bytes(bool big = false) : big_(big) {}
  Bytes& u16(uint32_t value) { return number(value, 2); }
  Bytes& u32(uint32_t value) { return number(value, 4); }
  Bytes& u64(uint64_t value) { return number(value, 8); }
  Bytes& raw(const std::string& bytes) {
    text_ += bytes;
    return *this;
  }
  Bytes& padded(const std::string& bytes) {
    return raw(bytes).raw(std::string((4 - bytes.size() % 4) % 4, '\0'));
  }
  const std::string& text() const { return text_; }

 private:
  Bytes& number(uint64_t value, int size) {
    for (int i = 0; i < size; i++) {
      text_ += static_cast<char>(value >> (8 * (big_ ? size - 1 - i : i)) & 0xFF);
    }
    return *this;
  }
  bool big_;
  std::string text_;
};

std::string pcap_header(uint32_t magic = 0xA1B2C3D4, bool big = false, uint32_t link_type = 1) {
  return Bytes(big).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type).text();
}

std::string pcap_packet(uint32_t seconds, uint32_t fraction, const std::string& data,
                        bool big = false) {
  const auto size = static_cast<uint32_t>(data.size());
  return Bytes(big).u32(seconds).u32(fraction).u32(size).u32(size + 1).raw(data).text();
}

std::string block(uint32_t type, const std::string& body, bool big = false) {
  const auto size = static_cast<uint32_t>(body.size() + 12);
  return Bytes(big).u32(type).u32(size).raw(body).u32(size).text();
}

std::string section(bool big = false) {
  return block(0x0A0D0D0A, Bytes(big).u32(0x1A2B3C4D).u16(1).u16(0).u64(UINT64_MAX).text(), big);
}

std::string interface(uint32_t link_type, uint32_t snap, const std::string& options = "",
                      bool big = false) {
  return block(1, Bytes(big).u16(link_type).u16(0).u32(snap).raw(options).text(), big);
}

std::string enhanced(uint32_t id, uint64_t ticks, const std::string& data, bool big = false) {
  const auto size = static_cast<uint32_t>(data.size());
  Bytes body(big);
  body.u32(id).u32(static_cast<uint32_t>(ticks >> 32)).u32(static_cast<uint32_t>(ticks));
  return block(6, body.u32(size).u32(size).padded(data).text(), big);
}

std::string gzip(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

struct Seen {
  Packet packet;
  std::string data;
};

class CaptureTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = scratch_folder() / "capture";
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }

  // Every packet is read a second time through the log: both must agree.
  std::vector<Seen> read(const std::vector<std::string>& names, const std::string& bpf = "") {
    source_ = open_captures(names, {bpf}, log_, &errors_);
    std::vector<Seen> result;
    if (source_ == nullptr) return result;
    Packet packet;
    while (true) {
      const ReadResult got = source_->next(&packet);
      if (got == ReadResult::end) break;
      if (got == ReadResult::idle) continue;
      result.push_back({packet, {reinterpret_cast<const char*>(packet.data), packet.ref.length}});
    }
    for (const Seen& seen : result) {
      std::string again;
      EXPECT_TRUE(log_.read(seen.packet.ref, &again));
      EXPECT_EQ(again, seen.data);
    }
    return result;
  }

  std::string damage(size_t index = 0) const { return source_->infos()[index]->damage; }

  fs::path folder_;
  PacketLog log_;
  std::vector<std::string> errors_;
  std::unique_ptr<PacketSource> source_;
};

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
    EXPECT_EQ(source_->infos()[0]->truncated, 1U);
    EXPECT_EQ(damage(), "");
    const auto nano =
        read({write("ns", pcap_header(0xA1B23C4D, big, 12) + pcap_packet(5, 7, "", big))});
    ASSERT_EQ(nano.size(), 1U);
    EXPECT_EQ(nano[0].packet.time_ns, 5'000'000'007);
    EXPECT_EQ(nano[0].packet.link_type, 101);
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
  EXPECT_EQ(seen.size(), 2U);
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

TEST_F(CaptureTest, CompressedAndCutGivesWhatThereWas) {
  const std::string plain = big_capture(8000);
  for (const std::string& packed : {gzip(plain), zstd(plain)}) {
    const auto seen = read({write("cut", packed.substr(0, packed.size() / 2))});
    EXPECT_GT(seen.size(), 3000U);
    EXPECT_LT(seen.size(), 6000U);
    EXPECT_NE(damage().find("compressed data broken or cut off"), std::string::npos) << damage();
  }
}

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
  for (const char* part : {"first bytes 68 65 6c 6c", "the file is empty", "No such file",
                           "no capture file in this folder"}) {
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
    std::string data;
    EXPECT_TRUE(log_.read(packet.ref, &data));
    EXPECT_EQ(data, "two");
    EXPECT_EQ(source_->next(&packet), ReadResult::end);
    EXPECT_EQ(damage(), "");
    fs::remove(path);
  }
}

TEST_F(CaptureTest, LogReadsWhatIsWrittenBufferedOrHalfAndHalf) {
  std::string error;
  uint16_t spool = 0;
  ASSERT_TRUE(log_.add_spool(&spool, &error)) << error;
  std::vector<PacketRef> refs;
  for (int i = 0; i < 3000; i++)
    refs.push_back(log_.append(spool, std::string(1000, static_cast<char>(i))));
  std::string data;
  for (size_t i = 0; i < refs.size(); i++) {
    ASSERT_TRUE(log_.read(refs[i], &data));
    ASSERT_EQ(data, std::string(1000, static_cast<char>(i)));
    if (i + 1 == refs.size()) break;
    ASSERT_TRUE(log_.read({refs[i].offset + 500, 1000, spool}, &data));
    ASSERT_EQ(data,
              std::string(500, static_cast<char>(i)) + std::string(500, static_cast<char>(i + 1)));
  }
  EXPECT_FALSE(log_.read({refs.back().offset + 1, 1000, spool}, &data));
  EXPECT_FALSE(log_.read({0, 1, 999}, &data));
  const PacketRef whole = log_.append_assembled("INVITE");
  EXPECT_TRUE(log_.read(whole, &data));
  EXPECT_EQ(data, "INVITE");
}

TEST_F(CaptureTest, FileCutUnderUsIsAFailedReadOnly) {
  const std::string path = write("a", pcap_header() + pcap_packet(1, 0, "abc"));
  const auto seen = read({path});
  ASSERT_EQ(seen.size(), 1U);
  ASSERT_EQ(truncate(path.c_str(), 30), 0);
  std::string data;
  EXPECT_FALSE(log_.read(seen[0].packet.ref, &data));
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
}  // namespace sipladder
