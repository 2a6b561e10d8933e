// Screens of the terminal UI: tests/screens/*.md. A fence "```keys CAPTURE SIZE..." opens the
// capture (a file of samples/, or NAME.pcap that a fence "```flow NAME" above it wrote;
// golden_test.cc) and presses its keys (read_key_script(), as --keys FILE takes them); "```keys"
// goes on with the same screens. Behind it stands what is on the screen then, a fence "```screen
// SIZE" for each size. SIPLADDER_UPDATE=1 rewrites the screens; a person reviews the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "query/session.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"
#include "tui/app.h"
#include "tui/status_line.h"

namespace sipladder::screens_test {
namespace {

// The program as its user sees it, in a terminal of one size.
class Seat {
 public:
  Seat(const std::string& capture, int width, int height, bool ascii)
      : width_(width), height_(height) {
    std::vector<std::string> errors;
    session_.set_source(open_captures({capture}, {}, session_.log, &errors));
    EXPECT_EQ(errors, std::vector<std::string>());
    session_.run();
    shared_.ui->ascii = ascii;
    shared_.ui->mask.use_key("the same for all screens");
    draw();
  }
  bool press(Key key) {
    const bool goes_on = app_.key(key);
    draw();
    return goes_on;
  }
  const std::string& screen() const { return screen_; }
  std::string size() const { return std::to_string(width_) + "x" + std::to_string(height_); }

 private:
  void draw() {
    do {
      screen_ = app_.frame(width_, height_).to_text();
    } while (app_.working());
    screen_ = app_.frame(width_, height_).to_text();
  }

  int width_, height_;
  Session session_;
  std::atomic<bool> verdicts_{true};
  Shared shared_{session_.model, session_.log, session_.analyst, session_.lock, verdicts_, true};
  StatusLine status_{session_, false};
  App app_{shared_, false, [this] { return status_.text(false); }};
  std::string screen_;
};

class Scenario {
 public:
  // The page with the screens of today.
  std::string play(const std::string& text) {
    for (const std::string& line : lines_of(text)) take(line);
    return out_;
  }
  int screens() const { return screens_; }

 private:
  void take(const std::string& line) {
    if (line.rfind("```", 0) != 0) {
      if (in_ != In::screen) out_ += line + "\n";
      if (in_ == In::keys || in_ == In::flow) script_ += line + "\n";
      return;
    }
    const In was = std::exchange(in_, In::text);
    if (was == In::keys) return end_keys();
    if (was == In::flow) write_flow((folder() / (name_ + ".pcap")).string(), script_);
    if (was == In::screen) return;  // the blank line behind it is written with the screens
    script_.clear();
    if (line.rfind("```screen", 0) == 0) {
      in_ = In::screen;
      return;
    }
    out_ += line + "\n";
    if (was != In::text) return;
    if (line.rfind("```keys", 0) == 0) begin_keys(line.substr(7));
    if (line.rfind("```flow ", 0) == 0) {
      in_ = In::flow;
      name_ = line.substr(8);
    }
  }

  void begin_keys(const std::string& arguments) {
    in_ = In::keys;
    std::istringstream stream(arguments);
    std::string capture, size;
    if (!(stream >> capture)) return;
    seats_.clear();
    const bool sample = capture.rfind("samples/", 0) == 0;
    const std::string path = sample ? root_path(capture) : (folder() / capture).string();
    bool ascii = false;
    while (stream >> size) {
      if (size == "ascii") ascii = true;
      int width = 0, height = 0;
      if (std::sscanf(size.c_str(), "%dx%d", &width, &height) == 2)
        seats_.push_back(std::make_unique<Seat>(path, width, height, ascii));
    }
    EXPECT_FALSE(seats_.empty()) << arguments << ": no size, such as 80x24";
  }

  void end_keys() {
    out_ += "```\n";
    const KeyScript script = read_key_script(script_);
    EXPECT_EQ(script.error, "") << "is no key";
    for (const auto& seat : seats_) {
      for (const Key key : script.keys) EXPECT_TRUE(seat->press(key)) << "the program has ended";
      out_ += "```screen " + seat->size() + "\n" + seat->screen() + "```\n";
      screens_++;
    }
    script_.clear();
  }

  static std::filesystem::path folder() {
    const std::filesystem::path path = scratch_folder() / "screens";
    std::filesystem::create_directories(path);
    return path;
  }

  enum class In { text, keys, flow, screen };
  In in_ = In::text;
  std::string out_, script_, name_;
  std::vector<std::unique_ptr<Seat>> seats_;
  int screens_ = 0;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> scenarios() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(root_path("tests/screens")))
    if (entry.path().extension() == ".md") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

class Screens : public ::testing::TestWithParam<std::string> {};

TEST_P(Screens, AreAsTheyWere) {
  const std::filesystem::path path = GetParam() == "tour"
                                         ? root_path("docs/tour.md")
                                         : root_path("tests/screens/" + GetParam() + ".md");
  const std::string text = read(path);
  Scenario scenario;
  const std::string updated = scenario.play(text);
  EXPECT_GT(scenario.screens(), 0) << path << " has no screen";
  if (std::getenv("SIPLADDER_UPDATE") != nullptr) {
    std::ofstream(path) << updated;
  } else {
    EXPECT_EQ(text, updated) << path;
  }
}

std::vector<std::string> with_the_tour() {
  std::vector<std::string> all = scenarios();
  all.emplace_back("tour");
  return all;
}

INSTANTIATE_TEST_SUITE_P(Pages, Screens, ::testing::ValuesIn(with_the_tour()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace_if(
                               name.begin(), name.end(),
                               [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

// No masked screen may show a name, or the beginning of an address, of the samples. The name of the
// file and its times may be shown.
TEST(MaskedScreens, ShowNoNameOfTheCapture) {
  const struct {
    const char* capture;
    const char* keys;
  } kShown[] = {
      {"samples/one-way-nat.pcap", "Enter"},
      {"samples/one-way-nat.pcap", "Enter W"},
      {"samples/one-way-nat.pcap", "Enter W W"},
      {"samples/one-way-nat.pcap", "Enter Enter"},
      {"samples/one-way-nat.pcap", "Enter Enter Tab"},
      {"samples/one-way-nat.pcap", "Enter d"},
      {"samples/one-way-nat.pcap", "v"},
      {"samples/one-way-nat.pcap", "l Enter"},
      {"samples/one-way-nat.pcap", "i"},
      {"samples/one-way-nat.pcap", "Space Up Space Enter"},
      {"samples/no-rport.pcap", "Enter W"},
      {"samples/no-rport.pcap", "v"},
  };
  constexpr const char* kSecrets[] = {"alice",      "carol",       "192.0.2.",
                                      "203.0.113.", "192.168.20.", "43ef06bd"};
  const auto expect_none = [&](const Seat& seat, const std::string& what) {
    for (const char* secret : kSecrets)
      EXPECT_EQ(seat.screen().find(secret), std::string::npos)
          << what << " shows " << secret << "\n"
          << seat.screen();
  };
  for (const auto& [capture, keys] : kShown) {
    for (const int width : {80, 200}) {
      Seat seat(root_path(capture), width, 40, false);
      for (const Key key : read_key_script(std::string("M ") + keys).keys) seat.press(key);
      expect_none(seat, std::string(capture) + " " + keys);
    }
  }
  constexpr int kViews = 24;
  Seat seat(root_path("samples/one-way-nat.pcap"), 200, 40, false);
  for (const Key key : read_key_script("M").keys) seat.press(key);
  for (int view = 0; view < kViews; view++) {
    for (const Key key : read_key_script("Tab").keys) seat.press(key);
    expect_none(seat, "view " + std::to_string(view));
  }
}

}  // namespace
}  // namespace sipladder::screens_test
