// Keys of TLS on the command line and in captures open their connections, and no output contains
// them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::tls_keys_test {
namespace {

const char* const kSample = "samples/tls-call.pcapng";

std::string contents(const std::string& path) {
  std::stringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

// The key log that stands in the sample.
std::string key_log() {
  const std::string all = contents(root_path(kSample));
  std::string lines;
  for (size_t at = all.find("_SECRET"); at != std::string::npos; at = all.find("_SECRET", at + 1)) {
    const size_t begin = all.rfind('\n', at) + 1;
    const size_t end = all.find('\n', at);
    lines += all.substr(begin, end - begin) + "\n";
  }
  return lines;
}

// What the last word of each line is, as hex and as bytes.
std::vector<std::string> secrets() {
  std::vector<std::string> found;
  std::istringstream lines(key_log());
  std::string label, random, secret;
  while (lines >> label >> random >> secret) {
    found.push_back(secret);
    std::string bytes;
    for (size_t i = 0; i + 1 < secret.size(); i += 2)
      bytes.push_back(static_cast<char>(std::stoi(secret.substr(i, 2), nullptr, 16)));
    found.push_back(bytes);
  }
  return found;
}

class TlsKeys : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = scratch_folder() / "tls";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  static std::string messages(std::vector<std::string> args) {
    args.insert(args.begin(),
                {"messages", "--format", "csv", "--columns", "method,status,transport"});
    return run_binary(args).out;
  }

  std::filesystem::path folder_;
};

TEST_F(TlsKeys, LeaveTheProgramNowhere) {
  const std::string sample = root_path(kSample);
  const std::vector<std::string> all = secrets();
  ASSERT_GE(all.size(), 8U);
  for (const std::string& secret : all)  // it can be found where it is
    EXPECT_TRUE(secret.size() != 64 || contents(sample).find(secret) != std::string::npos);
  for (const char* name : {"a.pcap", "a.pcapng", "a.db", "a.json", "a.html", "a.txt", "a.csv"}) {
    ASSERT_EQ(run_binary({"export", "-o", path(name), sample}).status, 0) << name;
    EXPECT_GT(contents(path(name)).size(), 100U);
  }
  ASSERT_EQ(run_binary({"redact", sample, path("r.pcapng")}).status, 0);
  ASSERT_EQ(run_binary({"redact", sample, path("r.pcap")}).status, 0);
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    const std::string written = contents(entry.path().string());
    for (const std::string& secret : all)
      EXPECT_EQ(written.find(secret), std::string::npos) << entry.path();
    EXPECT_EQ(written.find("TRAFFIC_SECRET_0 0"), std::string::npos) << entry.path();
  }
}

// The exported connection is whole: with the keys it is read as before.
TEST_F(TlsKeys, OpenWhatWasExported) {
  const std::string keys = write("keys.log", "# a comment\nUNKNOWN 00 00\n" + key_log());
  const std::string expected = messages({root_path(kSample)});
  EXPECT_NE(expected.find("INVITE,,tls"), std::string::npos) << expected;
  for (const char* name : {"b.pcapng", "b.db"}) {
    ASSERT_EQ(run_binary({"export", "-o", path(name), "--call", "1", root_path(kSample)}).status,
              0);
    EXPECT_EQ(messages({path(name)}).find("tls"), std::string::npos) << name;
    EXPECT_EQ(messages({path(name), "--keylog", keys}), expected) << name;
  }
}

TEST_F(TlsKeys, AFileThatIsNotThereIsSaid) {
  for (const char* option : {"--keylog", "--rsa-key"}) {
    const RunResult result = run_binary({"calls", root_path(kSample), option, path("none")});
    EXPECT_EQ(result.status, 3);
    EXPECT_NE(result.err.find("none"), std::string::npos) << result.err;
    EXPECT_NE(result.out.find("alice"), std::string::npos);  // what can be read is
  }
  const std::string other = write("no.pem", "-----BEGIN PRIVATE KEY-----\nnone\n");
  EXPECT_NE(
      run_binary({"calls", root_path(kSample), "--rsa-key", other}).err.find("not a private key"),
      std::string::npos);
}

}  // namespace
}  // namespace sipladder::tls_keys_test
