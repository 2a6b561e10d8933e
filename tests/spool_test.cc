// The temporary file: what is kept in it, given back, lost, and said.
#include "capture/spool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "capture/packet_log.h"

namespace sipladder::spool_test {
namespace {

std::string piece(int i) {
  return std::string(1000, static_cast<char>(i));
}

TEST(SpoolTest, IsReadWrittenBufferedOrHalfAndHalf) {
  PacketLog log;
  std::vector<PacketRef> refs;
  for (int i = 0; i < 3000; i++) refs.push_back(log.append(piece(i)));
  std::string data;
  for (size_t i = 0; i < refs.size(); i++) {
    ASSERT_TRUE(log.read(refs[i], &data));
    ASSERT_EQ(data, piece(static_cast<int>(i)));
    if (i + 1 == refs.size()) break;
    ASSERT_TRUE(log.read({refs[i].offset + 500, 1000, refs[i].store}, &data));
    ASSERT_EQ(data,
              piece(static_cast<int>(i)).substr(500) + piece(static_cast<int>(i + 1)).substr(500));
  }
  EXPECT_EQ(log.unreadable(), 0U);
  EXPECT_FALSE(log.read({refs.back().offset + 1, 1000, refs.back().store}, &data));
  EXPECT_FALSE(log.read({0, 1, 999}, &data));
  EXPECT_EQ(log.unreadable(), 2U);
}

TEST(SpoolTest, GivesBackWhatNothingRefersTo) {
  Spool spool;
  ASSERT_EQ(spool.open(), "");
  constexpr int kPieces = 20'000;
  std::vector<uint64_t> offsets(kPieces);
  for (int i = 0; i < kPieces; i++)
    ASSERT_TRUE(spool.append(piece(i), &offsets[static_cast<size_t>(i)]));
  EXPECT_EQ(spool.bytes(), 1000U * kPieces);
  struct stat before {
  }, after{};
  fstat(spool.file(), &before);
  for (size_t i = 0; i < kPieces; i++) {
    if (i % 4000 != 0) spool.forget(offsets[i], 1000);
  }
  fstat(spool.file(), &after);
  // Five pieces that stay hold a segment each, and the newest bytes are not given back yet.
  EXPECT_LT(spool.bytes(), 7 * Spool::kSegment);
  EXPECT_LT(after.st_blocks, before.st_blocks / 2);
  char data[1000];
  size_t in_file = 0;
  ASSERT_TRUE(spool.copy_tail(offsets[4000], 1000, data, &in_file));
  ASSERT_TRUE(read_all(spool.file(), data, in_file, offsets[4000]));
  EXPECT_EQ(std::string(data, 1000), piece(4000));
}

TEST(SpoolTest, HasALimitAndGoesOnBelowIt) {
  PacketLog log;
  log.set_spool_limit(4 * Spool::kSegment);
  std::vector<PacketRef> refs;
  for (int i = 0; i < 5000; i++) refs.push_back(log.append(piece(i)));
  std::string data;
  EXPECT_TRUE(log.is_spool_tight());
  EXPECT_TRUE(log.read(refs[4000], &data));
  EXPECT_FALSE(log.read(refs[4999], &data));
  EXPECT_FALSE(log.read(refs[4999], &data));
  EXPECT_FALSE(log.read(refs[4998], &data));
  EXPECT_EQ(log.unreadable(), 2U);  // places, not tries
  EXPECT_NE(log.trouble().find("--spool"), std::string::npos) << log.trouble();
  EXPECT_NE(log.trouble().find("the bytes of 2 messages"), std::string::npos) << log.trouble();
  for (int i = 0; i < 3000; i++) log.forget(refs[static_cast<size_t>(i)]);
  EXPECT_FALSE(log.is_spool_tight());
  EXPECT_TRUE(log.read(log.append("new"), &data));
  EXPECT_EQ(data, "new");
}

// As on a full disk: a write that fails loses only the bytes that it should have written.
TEST(SpoolTest, AFullDiskIsTold) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = limit;
  small.rlim_cur = 2 * Spool::kSegment;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  PacketLog log;
  std::vector<PacketRef> refs;
  for (int i = 0; i < 5000; i++) refs.push_back(log.append(piece(i)));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, handler);
  std::string data;
  EXPECT_TRUE(log.read(refs[0], &data));
  EXPECT_TRUE(log.read(refs.back(), &data));  // still in memory
  EXPECT_FALSE(log.read(refs[3000], &data));
  EXPECT_FALSE(log.can_read(refs[3000]));
  EXPECT_NE(log.trouble().find("cannot be written"), std::string::npos) << log.trouble();
  EXPECT_NE(log.trouble().find("TMPDIR"), std::string::npos) << log.trouble();
}

}  // namespace
}  // namespace sipladder::spool_test
