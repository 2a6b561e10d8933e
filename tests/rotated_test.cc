// The files of a rotating capture are one capture: what is concluded of a sample is concluded of
// its three thirds, too.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/run_binary.h"

namespace sipladder::rotated_test {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFileHeader = 24;
constexpr size_t kPacketHeader = 16;

// Where the packets of a little-endian pcap file begin, and its end.
std::vector<size_t> packet_offsets(const std::string& bytes) {
  std::vector<size_t> offsets;
  size_t at = kFileHeader;
  while (at + kPacketHeader <= bytes.size()) {
    offsets.push_back(at);
    size_t length = 0;
    for (size_t i = 0; i < 4; i++)
      length |= size_t{static_cast<unsigned char>(bytes[at + 8 + i])} << 8 * i;
    at += kPacketHeader + length;
  }
  offsets.push_back(at);
  return offsets;
}

std::string concluded(const std::vector<std::string>& files) {
  std::vector<std::string> calls = {"calls", "--format", "csv", "--columns",
                                    "call_id,state,scenario,audio,audio_lost_toward,audio_cause,"
                                    "retransmissions,mos"};
  std::vector<std::string> findings = {"findings", "--format", "csv", "--columns",
                                       "severity,code,summary"};
  calls.insert(calls.end(), files.begin(), files.end());
  findings.insert(findings.end(), files.begin(), files.end());
  return run_binary(calls).out + run_binary(findings).out;
}

TEST(Rotated, FilesThatFollowEachOtherAreOneCapture) {
  std::string folder = (fs::temp_directory_path() / "rotated_test.XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  for (const auto& entry : fs::directory_iterator(root_path("samples"))) {
    if (entry.path().extension() != ".pcap") continue;
    std::stringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const std::string bytes = text.str();
    const std::vector<size_t> offsets = packet_offsets(bytes);
    std::vector<std::string> parts;
    for (size_t i = 0; i < 3; i++) {
      const size_t begin = offsets[(offsets.size() - 1) * i / 3];
      const size_t end = offsets[(offsets.size() - 1) * (i + 1) / 3];
      parts.push_back(folder + "/part" + std::to_string(i) + ".pcap");
      std::ofstream(parts.back(), std::ios::binary)
          << bytes.substr(0, kFileHeader) << bytes.substr(begin, end - begin);
    }
    const std::string whole = concluded({entry.path().string()});
    EXPECT_FALSE(whole.empty());
    EXPECT_EQ(concluded(parts), whole) << entry.path();
  }
  fs::remove_all(folder);
}

}  // namespace
}  // namespace sipladder::rotated_test
