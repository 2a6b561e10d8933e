// Batches of rows in files that several runs share.
#include "export/batch_spool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/scratch.h"

namespace sipladder::batch_spool_test {
namespace {

TEST(BatchSpool, RunsThatShareAFolderWriteOverNothing) {
  const std::string folder = scratch_path("shared-spool");
  BatchSpool one(folder), other(folder);
  std::vector<SpooledBatch> found;
  ASSERT_EQ(one.begin(&found), "");
  ASSERT_EQ(other.begin(&found), "");
  SpooledBatch of_one{"", "messages", 5}, of_other{"", "messages", 5};
  ASSERT_EQ(one.write("first", &of_one), "");
  ASSERT_EQ(other.write("second", &of_other), "");
  EXPECT_NE(of_one.path, of_other.path);
  EXPECT_NE(of_one.path.find("-" + std::to_string(getpid()) + "-"), std::string::npos);
  std::string text;
  EXPECT_EQ(BatchSpool::read(of_one, &text), "");
  EXPECT_EQ(text, "first");
  // The next run finds both, in their order.
  ASSERT_EQ(BatchSpool(folder).begin(&found), "");
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].path, of_one.path);
  EXPECT_EQ(found[1].table, "messages");
  EXPECT_EQ(found[1].rows, 5);
}

}  // namespace
}  // namespace sipladder::batch_spool_test
