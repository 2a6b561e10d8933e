// A ring of files: written, found again, read in part.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "probe/ring_choice.h"
#include "probe/ring_index.h"
#include "probe/ring_writer.h"
#include "tests/support/capture_files.h"
#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"

namespace sipladder::ring_test {
namespace {

using namespace build;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kBegin = 1'700'000'000 * kSecond;

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Ring : public CaptureTest {
 protected:
  void SetUp() override {
    CaptureTest::SetUp();
    ring_ = (folder_ / "ring").string();
    std::filesystem::create_directory(ring_);
  }
  static std::string message(const std::string& call_id) {
    return ethernet_ip(
        ip(udp(sip_message(call_id), "192.0.2.1", "192.0.2.2"), 17, "192.0.2.1", "192.0.2.2"));
  }
  // A file of the ring with a message of each call, a second apart.
  std::string add_file(const std::string& name, int64_t begin_ns,
                       const std::vector<std::string>& calls) {
    std::vector<TimedPacket> packets;
    for (const std::string& call : calls) {
      packets.push_back({begin_ns, message(call)});
      begin_ns += kSecond;
    }
    if (of_probe_) write("ring/" + name + ".idx", "");  // which is none of the file as it is now
    return write("ring/" + name, pcap(packets));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : std::filesystem::directory_iterator(ring_)) {
      const std::string name = entry.path().filename().string();
      if (!name.ends_with(".idx")) result.push_back(name);
    }
    std::sort(result.begin(), result.end());
    return result;
  }
  RingOptions options() const {
    RingOptions options;
    options.out = ring_;
    return options;
  }
  RingChoice choose(const RingWish& wish) const {
    std::string error;
    return choose_ring_files(captures_in(ring_, &error), wish);
  }
  static RingWish call(const std::string& call_id) {
    RingWish wish;
    wish.call_id = call_id;
    return wish;
  }

  std::string ring_;
  bool of_probe_ = true;
};

TEST_F(Ring, BeginsAFileBySizeAndByTimeAndKeepsTheNewest) {
  RingOptions wanted = options();
  wanted.rotate_ns = 10 * kSecond;
  wanted.keep = 2;
  write("ring/other.pcapng", "not ours");
  write("ring/sipladder-20200101-000000-x.pcapng", "nor this");
  for (int run = 0; run < 2; run++) {
    RingWriter writer(wanted, nullptr);
    ASSERT_EQ(writer.open(), "");
    const std::string bytes = message("a");
    for (int i = 0; i < 35; i++) writer.add(packet(bytes, 1, 1, kBegin + i * kSecond), "eth0", 0);
    writer.close(0);
    EXPECT_EQ(writer.packets(), 35U);
    EXPECT_EQ(writer.files(), 4U);
  }
  EXPECT_EQ(names(), (std::vector<std::string>{"other.pcapng", "sipladder-20200101-000000-x.pcapng",
                                               "sipladder-20231114-221340-000007.pcapng",
                                               "sipladder-20231114-221350-000008.pcapng"}));
  EXPECT_EQ(read({ring_ + "/sipladder-20231114-221350-000008.pcapng"}).size(), 5U);
}

TEST_F(Ring, IsWholeAtEveryMoment) {
  RingWriter writer(options(), nullptr);
  ASSERT_EQ(writer.open(), "");
  const std::string bytes = message("a");
  for (int i = 0; i < 1000; i++) {
    writer.add(packet(bytes, 1, 1, kBegin + i), "eth0", 0);
    if (i % 100 != 99) continue;
    if (i % 200 == 199) writer.flush(0);
    write("copy.pcapng", contents(writer.path()));
    if (std::filesystem::file_size(folder_ / "copy.pcapng") == 0) continue;
    const size_t there = read({(folder_ / "copy.pcapng").string()}).size();
    EXPECT_EQ(damage(), "");
    if (i % 200 == 199) {
      EXPECT_EQ(there, static_cast<size_t>(i + 1));
    }
  }
}

TEST_F(Ring, ASingleFileIsNotOverwrittenByTheNextOne) {
  RingOptions wanted;
  wanted.out = ring_ + "/one.pcap";
  RingWriter writer(wanted, nullptr);
  const std::string bytes = message("a");
  writer.add(packet(bytes, 1, 1, kBegin), "", 0);
  writer.rotate();
  writer.add(packet(bytes, 1, 1, kBegin), "", 0);
  writer.rotate();
  std::filesystem::rename(wanted.out, ring_ + "/moved.pcap");
  writer.add(packet(bytes, 1, 1, kBegin), "", 0);
  writer.close(0);
  EXPECT_EQ(names(), (std::vector<std::string>{"moved.pcap", "one-20231114-221320-000001.pcap",
                                               "one.pcap"}));
}

TEST_F(Ring, WhatCannotBeWrittenIsLostAndTriedAgain) {
  RingWriter writer(options(), nullptr);
  ASSERT_EQ(writer.open(), "");
  const std::string bytes = message("a");
  std::filesystem::remove(ring_);
  writer.add(packet(bytes, 1, 1, kBegin), "", 1);
  EXPECT_TRUE(writer.is_failing());
  std::filesystem::create_directory(ring_);
  writer.add(packet(bytes, 1, 1, kBegin), "", 2);  // too soon
  EXPECT_EQ(writer.lost(), 2U);
  writer.add(packet(bytes, 1, 1, kBegin), "", 2 + RingWriter::kRetryNs);
  writer.flush(2 + RingWriter::kRetryNs);
  EXPECT_FALSE(writer.is_failing());
  EXPECT_EQ(writer.packets(), 1U);
}

TEST_F(Ring, AnIndexNamesWhatIsInTheFile) {
  std::vector<std::string> calls;
  for (int i = 0; i < 300; i++) calls.push_back("call-" + std::to_string(i));
  const std::string path = add_file("a.pcap", kBegin, calls);
  add_file("b.pcap", kBegin + 400 * kSecond, {"other"});
  EXPECT_EQ(choose(call("call-7")).scanned, 2U);
  const auto index = RingIndex::open(path);
  ASSERT_TRUE(index);
  for (int i = 0; i < 300; i++) {
    const auto span = index->find(IndexKey::call_id, calls[static_cast<size_t>(i)]);
    ASSERT_TRUE(span) << i;
    const int64_t time_ns = kBegin + i * kSecond;
    EXPECT_TRUE(span->overlaps({time_ns, time_ns}));
    EXPECT_LE(span->last_ns - span->first_ns, 2 * kSliceNs);
  }
  EXPECT_FALSE(index->find(IndexKey::call_id, "call-300"));
  EXPECT_FALSE(index->find(IndexKey::user, "call-7"));
  EXPECT_TRUE(index->find(IndexKey::address, "192.0.2.2"));
}

TEST_F(Ring, NothingIsWrittenBesideCapturesOfOthers) {
  of_probe_ = false;
  add_file("a.pcap", kBegin, {"mine"});
  add_file("b.pcap", kBegin + 1000 * kSecond, {"other"});
  EXPECT_EQ(choose(call("mine")).files, (std::vector<std::string>{ring_ + "/a.pcap"}));
  EXPECT_FALSE(std::filesystem::exists(ring_ + "/a.pcap.idx"));
}

TEST_F(Ring, OnlyFilesThatCanHaveTheCallAreRead) {
  for (int i = 0; i < 10; i++) {
    const int64_t begin_ns = kBegin + i * 200 * kSecond;
    std::vector<std::string> calls = {"call-" + std::to_string(i)};
    if (i == 3 || i == 6) calls.emplace_back("long");
    // Names say nothing about the order.
    add_file(std::string(1, static_cast<char>('z' - i)) + ".pcap", begin_ns, calls);
  }
  const std::vector<std::string> all = {ring_ + "/w.pcap", ring_ + "/v.pcap", ring_ + "/u.pcap",
                                        ring_ + "/t.pcap"};
  for (const size_t scanned : {9U, 0U}) {  // all but the last one, which may grow, have one then
    EXPECT_EQ(choose(call("call-2")).files, (std::vector<std::string>{ring_ + "/x.pcap"}));
    const RingChoice choice = choose(call("long"));
    EXPECT_EQ(choice.files, all);
    EXPECT_EQ(choice.of, 10U);
    EXPECT_LE(choice.scanned, scanned + 1);
  }
  EXPECT_EQ(choose(call("nobody")).files.size(), 0U);
  RingWish time;
  time.from_ns = kBegin + 1200 * kSecond;
  time.to_ns = kBegin + 1210 * kSecond;
  EXPECT_EQ(choose(time).files, (std::vector<std::string>{ring_ + "/u.pcap", ring_ + "/t.pcap"}));
}

TEST_F(Ring, AnIndexThatIsNotTheFilesIsIgnored) {
  const std::string path = add_file("a.pcap", kBegin, {"mine"});
  add_file("b.pcap", kBegin + 1000 * kSecond, {"other"});
  const auto found = [&] { return choose(call("mine")).files.size(); };
  EXPECT_EQ(found(), 1U);
  const std::string good = contents(index_path(path));
  ASSERT_GT(good.size(), 64U);
  for (const size_t at : {0U, 4U, 9U, 20U, 30U, 40U, 50U, 57U}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream(index_path(path), std::ios::binary) << bad;
    EXPECT_FALSE(RingIndex::open(path)) << at;
    EXPECT_EQ(found(), 1U);
    EXPECT_EQ(contents(index_path(path)), good) << "written anew";
  }
  for (const std::string& bad : {std::string(), good.substr(0, 40), good.substr(0, 70),
                                 good + "12345678", std::string(5000, '\xFF')}) {
    std::ofstream(index_path(path), std::ios::binary) << bad;
    EXPECT_FALSE(RingIndex::open(path));
    EXPECT_EQ(found(), 1U);
  }
  add_file("a.pcap", kBegin, {"mine", "more"});
  EXPECT_FALSE(RingIndex::open(path)) << "the file has changed";
  EXPECT_EQ(choose(call("more")).files.size(), 1U);
}

TEST_F(Ring, TheCommandReadsWhatItNeeds) {
  for (int i = 0; i < 5; i++)
    add_file(std::to_string(i) + ".pcap", kBegin + i * 200 * kSecond,
             {"call-" + std::to_string(i)});
  const auto ask = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"calls", ring_, "--format", "csv", "--columns", "call_id"};
    words.insert(words.end(), more.begin(), more.end());
    return run_binary(words);
  };
  const RunResult one = ask({"--call-id", "call-3"});
  EXPECT_EQ(one.out, "call_id\ncall-3\n");
  EXPECT_NE(one.err.find("1 of 5 captures read"), std::string::npos) << one.err;
  EXPECT_EQ(lines_of(ask({}).out).size(), 6U);
  EXPECT_EQ(lines_of(ask({"--address", "192.0.2.2"}).out).size(), 6U);
  EXPECT_EQ(lines_of(ask({"--user", "nobody"}).out).size(), 1U);
  EXPECT_EQ(ask({"--user", "nobody"}).status, 0);
}

TEST_F(Ring, TheNewestMayEndInHalfAPacket) {
  add_file("b.pcap", kBegin, {"old"});
  const std::string path = add_file("a.pcap", kBegin + 10 * kSecond, {"new", "half"});
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 5);
  EXPECT_EQ(read({ring_}).size(), 2U);
  EXPECT_EQ(source_->infos()[0]->name, ring_ + "/b.pcap");
  for (size_t i = 0; i < 2; i++) EXPECT_EQ(damage(i), "");
  read({path});
  EXPECT_NE(damage(), "") << "named alone, it is cut";
}

}  // namespace
}  // namespace sipladder::ring_test
