// Findings that need more than a page can hold: floods, and captures whose clocks are wrong.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/flow_script.h"
#include "tests/support/run_binary.h"

namespace sipladder {
namespace {

constexpr size_t kFileHeader = 24;

class CaptureFindings : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) {
    std::filesystem::create_directories(folder_);
    const std::string path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  static std::string capture(const std::string& script) {
    std::string error;
    std::string bytes = build::capture_of_flow(script, &error);
    EXPECT_EQ(error, "");
    return bytes;
  }

  static std::string findings(std::vector<std::string> files) {
    files.insert(files.begin(), "findings");
    for (const char* more : {"--format", "csv", "--columns", "severity,code,summary"}) {
      files.emplace_back(more);
    }
    return run_binary(files).out;
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("sipladder_findings." + std::to_string(getpid()));
};

// `served`: every request gets its 200.
std::string load(int requests, bool served) {
  std::ostringstream script;
  script << "host a 192.0.2.66\nhost b 192.0.2.2\n";
  for (int i = 0; i < requests; i++) {
    const std::string call = " call=c" + std::to_string(i);
    script << i * 0.01 << " a > b OPTIONS sip:b@192.0.2.2" << call << "\n";
    if (served) script << i * 0.01 + 0.001 << " b > a 200 (OPTIONS)" << call << "\n";
  }
  return script.str();
}

TEST_F(CaptureFindings, AFloodIsOneFindingPerSource) {
  const std::string found = findings({write("flood.pcap", capture(load(600, false)))});
  EXPECT_NE(found.find("warning,sec-flood,\"192.0.2.66 sends 600 new requests"), std::string::npos)
      << found;
  EXPECT_EQ(found.find("sec-flood"), found.rfind("sec-flood"));
}

TEST_F(CaptureFindings, LoadThatIsServedIsNoFlood) {
  const std::string found = findings({write("load.pcap", capture(load(600, true)))});
  EXPECT_EQ(found.find("sec-flood"), std::string::npos) << found;
}

std::string call_at(double begin, const std::string& id) {
  std::ostringstream script;
  script << "host a 192.0.2.1\nhost b 192.0.2.2\n"
         << begin << " a > b INVITE sip:b@192.0.2.2 call=" << id << "\n"
         << begin + 0.1 << " b > a 486 call=" << id << "\n"
         << begin + 0.2 << " a > b ACK non2xx call=" << id << "\n";
  return script.str();
}

TEST_F(CaptureFindings, TimeThatRunsBack) {
  const std::string later = capture(call_at(100, "one"));
  const std::string earlier = capture(call_at(90, "two")).substr(kFileHeader);
  const std::string found = findings({write("back.pcap", later + earlier)});
  EXPECT_NE(found.find("warning,cap-clock,time runs back by 10.2 s at frame 4"), std::string::npos)
      << found;
  const std::string in_order =
      findings({write("on.pcap", later + capture(call_at(110, "two")).substr(kFileHeader))});
  EXPECT_EQ(in_order.find("cap-clock"), std::string::npos) << in_order;
}

TEST_F(CaptureFindings, ClocksOfTwoCapturesThatDisagree) {
  const std::string here = write("here.pcap", capture(call_at(10, "one")));
  const std::string there = write("there.pcap", capture(call_at(11.5, "one")));
  const std::string near = write("near.pcap", capture(call_at(10.004, "one")));
  const std::string found = findings({here, there});
  EXPECT_NE(found.find("warning,cap-clock,the clock of source 2 is about 1.500 s ahead of that of "
                       "source 1"),
            std::string::npos)
      << found;
  EXPECT_EQ(findings({here, near}).find("cap-clock"), std::string::npos);
}

}  // namespace
}  // namespace sipladder
