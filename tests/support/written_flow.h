// A flow script as a capture file of this test process.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/support/flow_script.h"

namespace sipladder {

// Returns the path.
inline std::string write_flow(const std::string& path, std::string_view script) {
  std::string error;
  std::ofstream(path, std::ios::binary) << build::capture_of_flow(script, &error);
  EXPECT_EQ(error, "") << path;
  return path;
}

// Tests of one capture, which SetUp() writes.
class FlowTest : public testing::Test {
 protected:
  void write_capture(const std::string& path, std::string_view script) {
    path_ = write_flow(path, script);
  }
  void TearDown() override { std::filesystem::remove(path_); }

  std::string path_;
};

}  // namespace sipladder
