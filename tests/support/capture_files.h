// Writes capture files into a folder of their own and reads them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "capture/packet_source.h"
#include "tests/support/scratch.h"

namespace sipladder {

struct Seen {
  Packet packet;
  std::string data;
};

class CaptureTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = scratch_folder() / "capture";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }

  // Every packet that is in a file is read a second time through the log: both must agree.
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
      std::string again = seen.data;
      EXPECT_TRUE(!seen.packet.ref.is_stored() || log_.read(seen.packet.ref, &again));
      EXPECT_EQ(again, seen.data);
    }
    return result;
  }

  std::string damage(size_t index = 0) const { return source_->infos()[index]->damage; }

  std::filesystem::path folder_;
  PacketLog log_;
  std::vector<std::string> errors_;
  std::unique_ptr<PacketSource> source_;
};

}  // namespace sipladder
