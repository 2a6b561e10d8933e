// Unrelated captures are given together. Each call must be judged as if its own file were alone: a
// time counts only when the call's capture point covers it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::together_test {
namespace {

namespace fs = std::filesystem;

// Each ends before its timers do. %D: seconds from the first capture's day to its own; %E: nine
// later; %N: its number, so that no two share a host or a Call-ID.
constexpr const char* kScripts[] = {
    // An INVITE that nobody has answered yet.
    "host a 192.0.%N.1\nhost b 192.0.%N.2\n"
    "%D.0 a > b INVITE sip:b@192.0.%N.2 call=open-%N\n"
    "%D.5 a > b repeat INVITE call=open-%N\n",
    // A registration for two minutes.
    "host a 192.0.%N.1\nhost r 192.0.%N.2\n"
    "%D.0 a > r REGISTER sip:example.com call=reg-%N to=a%N from=a%N\n"
    "    Contact: <sip:a@192.0.%N.1>\n"
    "%D.1 r > a 200 (REGISTER) call=reg-%N\n"
    "    Contact: <sip:a@192.0.%N.1>;expires=120\n",
    // A call with a session timer that goes on, and its audio.
    "host a 192.0.%N.1\nhost b 192.0.%N.2\n"
    "%D.0 a > b INVITE sip:b@192.0.%N.2 call=timer-%N sdp=192.0.%N.1:4000\n"
    "    Session-Expires: 90;refresher=uac\n"
    "%D.1 b > a 200 call=timer-%N sdp=192.0.%N.2:5000\n"
    "    Session-Expires: 90;refresher=uac\n"
    "%D.2 a > b ACK call=timer-%N\n"
    "%D.3 a:4000 > b:5000 rtp for=5\n"
    "%D.3 b:5000 > a:4000 rtp for=5\n",
    // A subscription.
    "host a 192.0.%N.1\nhost b 192.0.%N.2\n"
    "%D.0 a > b SUBSCRIBE sip:b@192.0.%N.2 call=sub-%N\n"
    "    Event: presence\n"
    "    Expires: 60\n"
    "%D.1 b > a 200 (SUBSCRIBE) call=sub-%N\n"
    "    Expires: 60\n",
    // Nobody hears the callee.
    "host a 192.0.%N.1\nhost b 192.0.%N.2\n"
    "%D.0 a > b INVITE sip:b@192.0.%N.2 call=one-way-%N sdp=192.0.%N.1:4000\n"
    "%D.1 b > a 200 call=one-way-%N sdp=192.0.%N.2:5000\n"
    "%D.2 a > b ACK call=one-way-%N\n"
    "%D.3 a:4000 > b:5000 rtp for=8\n"
    "%E.0 a > b BYE call=one-way-%N\n"
    "%E.1 b > a 200 (BYE) call=one-way-%N\n",
};

std::string with(std::string script, const std::string& name, const std::string& value) {
  for (size_t at = 0; (at = script.find(name, at)) != std::string::npos;)
    script.replace(at, name.size(), value);
  return script;
}

class Together : public ::testing::Test {
 protected:
  void SetUp() override {
    constexpr int kDay_s = 86'400;
    fs::create_directories(folder_);
    for (size_t i = 0; i < std::size(kScripts); i++) {
      const int begin_s = static_cast<int>(i) * kDay_s;
      std::string script = with(kScripts[i], "%D", std::to_string(begin_s));
      script = with(with(script, "%E", std::to_string(begin_s + 9)), "%N", std::to_string(i + 1));
      files_.push_back(write_flow((folder_ / (std::to_string(i) + ".pcap")).string(), script));
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::vector<std::string> rows_of(const std::vector<std::string>& files,
                                          const std::string& query) {
    std::vector<std::string> arguments{"sql"};
    arguments.insert(arguments.end(), files.begin(), files.end());
    for (const std::string& more : {query, std::string("--format"), std::string("csv")})
      arguments.push_back(more);
    std::vector<std::string> rows = lines_of(run_binary(arguments).out);
    if (!rows.empty()) rows.erase(rows.begin());  // the header
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  void expect_same(const std::string& query) {
    std::vector<std::string> alone;
    for (const std::string& file : files_) {
      const std::vector<std::string> rows = rows_of({file}, query);
      alone.insert(alone.end(), rows.begin(), rows.end());
    }
    std::sort(alone.begin(), alone.end());
    ASSERT_FALSE(alone.empty());
    EXPECT_EQ(rows_of(files_, query), alone);
  }

 private:
  fs::path folder_ = scratch_folder() / "together";
  std::vector<std::string> files_;
};

TEST_F(Together, VerdictsOfCalls) {
  expect_same("SELECT call_id, state, audio, audio_lost_toward, audio_cause FROM calls");
}

TEST_F(Together, FindingsOfCalls) {
  expect_same(
      "SELECT c.call_id, f.severity, f.code, f.summary FROM findings f "
      "JOIN calls c ON c.id = f.call");
}

TEST_F(Together, RegistrationsAndSubscriptions) {
  expect_same("SELECT aor, state, refreshes FROM registrations");
  expect_same("SELECT state FROM subscriptions");
}

}  // namespace
}  // namespace sipladder::together_test
