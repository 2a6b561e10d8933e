// A thousand calls, a tenth of them with a fault of known kind: precision and recall by cause.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::mix_test {
namespace {

constexpr int kCalls = 1000;

struct Planted {
  std::string audio, toward, cause;
};

// One call on ports of its own; times in seconds from `at`.
class Script {
 public:
  explicit Script(unsigned seed) : random_(seed) {
    text_ << "host alice 203.0.113.1\nhost inside 192.168.1.5\nhost bob 192.0.2.102\n"
             "host other 192.0.2.77\n";
  }

  Planted add(int number) {
    static const std::vector<Planted> kFaults = {{"one-way", "caller", "audio-no-rtp-from-callee"},
                                                 {"one-way", "callee", "audio-no-rtp-from-caller"},
                                                 {"one-way", "caller", "audio-private-address"},
                                                 {"one-way", "caller", "audio-icmp-unreachable"},
                                                 {"one-way", "callee", "audio-codec-mismatch"},
                                                 {"one-way", "caller", "audio-wrong-destination"},
                                                 {"silent", "callee", "audio-silence"},
                                                 {"partial", "callee", "audio-stopped"},
                                                 {"none", "both", "audio-port-zero"}};
    const bool faulty = number % 10 == 0;
    const Planted planted =
        faulty ? kFaults[random_() % kFaults.size()] : Planted{"two-way", "", ""};
    write(number, planted);
    return planted;
  }
  std::string text() const { return text_.str(); }

 private:
  void line(double time, const std::string& rest) { text_ << at_ + time << " " << rest << "\n"; }

  void write(int number, const Planted& planted) {
    at_ = number * 0.05;
    const std::string a = std::to_string(10000 + number * 2);
    const std::string b = std::to_string(30000 + number * 2);
    const bool is_private = planted.cause == "audio-private-address";
    const std::string offer = (is_private ? "192.168.1.5:" : "203.0.113.1:") + a;
    const std::string answer =
        "192.0.2.102:" + (planted.cause == "audio-port-zero" ? std::string("0") : b);
    line(0, "alice > bob INVITE sip:bob@example.com call=call-" + std::to_string(number) +
                " sdp=" + offer);
    line(0.1, "bob > alice 180");
    line(1, "bob > alice 200 sdp=" + answer);
    line(1.02, "alice > bob ACK");
    if (planted.cause != "audio-port-zero") media(planted.cause, a, b);
    line(9, "alice > bob BYE call=call-" + std::to_string(number));
    line(9.01, "bob > alice 200 (BYE)");
  }

  void media(const std::string& cause, const std::string& a, const std::string& b) {
    const std::string ssrc = " ssrc=" + a;
    if (cause != "audio-no-rtp-from-caller") {
      line(1.05, "alice:" + a + " > bob:" + b + " rtp" +
                     (cause == "audio-stopped" ? " for=2.5" : " for=7.9") +
                     (cause == "audio-codec-mismatch" ? " pt=8" : "") +
                     (cause == "audio-silence" ? " silence" : "") + ssrc);
    }
    if (cause == "audio-no-rtp-from-callee") return;
    const std::string to = cause == "audio-private-address"     ? "inside:"
                           : cause == "audio-wrong-destination" ? "other:"
                                                                : "alice:";
    line(1.05, "bob:" + b + " > " + to + a + " rtp for=7.9 ssrc=" + b);
    if (cause == "audio-icmp-unreachable") {
      line(1.06, "alice > bob icmp 3 bob:" + b + " > alice:" + a + " count=8 every=1 ssrc=" + b);
    }
  }

  std::ostringstream text_;
  std::mt19937 random_;
  double at_ = 0;
};

TEST(Mix, EveryPlantedFaultIsFoundAndNothingElse) {
  Script script(7);
  std::vector<Planted> planted;
  for (int i = 0; i < kCalls; i++) planted.push_back(script.add(i));
  const std::string file = write_flow(scratch_path("mix.pcap"), script.text());
  const RunResult result = run_binary(
      {"calls", file, "--format", "csv", "--columns",
       "substr(call_id,6),audio,coalesce(audio_lost_toward,''),coalesce(audio_cause,'')"});
  std::filesystem::remove(file);
  std::map<std::string, std::pair<int, int>> right_of_all;  // by cause
  int rows = 0;
  const std::vector<std::string> lines = lines_of(result.out);
  for (size_t i = 1; i < lines.size(); i++) {
    const size_t comma = lines[i].find(',');
    if (comma == std::string::npos) continue;
    rows++;
    const Planted& truth = planted[static_cast<size_t>(std::stoi(lines[i].substr(0, comma)))];
    const std::string expected = truth.audio + "," + truth.toward + "," + truth.cause;
    auto& [right, all] = right_of_all[truth.cause.empty() ? "healthy" : truth.cause];
    all++;
    if (lines[i].substr(comma + 1) == expected) right++;
  }
  EXPECT_EQ(rows, kCalls);
  EXPECT_GE(right_of_all.size(), 10U);
  for (const auto& [cause, counts] : right_of_all) {
    EXPECT_EQ(counts.first, counts.second) << cause;
    RecordProperty(cause, std::to_string(counts.first) + " of " + std::to_string(counts.second));
  }
}

}  // namespace
}  // namespace sipladder::mix_test
