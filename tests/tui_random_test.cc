// Random keys on screens of random sizes, while packets come: the program keeps running, and
// nothing on the screen is a control character.
#include <gtest/gtest.h>

#include <random>

#include "query/characters.h"
#include "query/session.h"
#include "tests/support/run_binary.h"
#include "tui/app.h"
#include "tui/mouse.h"
#include "tui/status_line.h"

namespace sipladder::tui_random_test {
namespace {

// All but those that write files: s, S, F2.
Key random_key(std::mt19937& random) {
  static const std::vector<Key> kKeys = [] {
    std::vector<Key> keys;
    const std::string plain =
        "abcdefghijklmnopqrtuvwxyzABCDEFGHIKLMNPQRTUVWXYZ0123456789<>[]:/;?+-='() ";
    for (const char c : plain) keys.push_back(c);
    for (Key key = kKeyUp; key >= kKeyBackspace; key--) {
      for (int i = 0; i < 4; i++) keys.push_back(key);
    }
    for (const int number : {1, 3, 4, 5, 6, 7, 8, 9, 10}) keys.push_back(function_key(number));
    for (const Key key : {kKeyTab, kKeyTab, kKeyTab, kKeyBackTab, kKeyDelete, control_key('f'),
                          control_key('u'), Key{0x4E2D}})
      keys.push_back(key);
    return keys;
  }();
  constexpr int kColumns = 130, kRows = 50, kMouseKinds = 5;
  if (random() % 8 == 0) {
    const auto at = [&](int most) {
      return static_cast<int>(random() % static_cast<unsigned>(most));
    };
    return mouse_key({static_cast<MouseKind>(at(kMouseKinds)), at(kColumns), at(kRows)});
  }
  return kKeys[random() % kKeys.size()];
}

void expect_harmless(const Canvas& canvas) {
  for (int y = 0; y < canvas.height(); y++) {
    for (int x = 0; x < canvas.width(); x++) {
      const char32_t c = canvas.at(x, y).ch;
      EXPECT_FALSE(c != 0 && is_hidden(c)) << "U+" << std::hex << static_cast<uint32_t>(c);
    }
  }
}

void play(const std::string& capture, uint32_t seed) {
  constexpr int kKeys = 400;
  SCOPED_TRACE(capture + ", seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Session session;
  std::vector<std::string> errors;
  session.set_source(open_captures({root_path(capture)}, {}, session.log, &errors));
  ASSERT_TRUE(errors.empty()) << errors.front();
  std::atomic<bool> verdicts{false};
  const Shared shared{session.model, session.log, session.analyst, session.lock, verdicts, true};
  StatusLine status(session, true);
  shared.ui->live = true;
  App app(shared, false, [&] { return status.text(false); });
  bool more = true;
  for (int i = 0; i < kKeys; i++) {
    if (more && random() % 8 == 0) more = session.step();
    if (!more || random() % 50 == 0) verdicts = true;
    const int width = 1 + static_cast<int>(random() % 130),
              height = 1 + static_cast<int>(random() % 50);
    expect_harmless(app.frame(width, height));
    const Key key = random_key(random);
    app.key(key);
    // The question before the capture ends is answered with no.
    if (key == 'q' || key == kKeyEscape) app.key('n');
  }
}

class RandomKeys : public ::testing::TestWithParam<const char*> {};

TEST_P(RandomKeys, AreSurvived) {
  for (uint32_t seed = 1; seed <= 6; seed++) play(GetParam(), seed);
}

INSTANTIATE_TEST_SUITE_P(Samples, RandomKeys,
                         ::testing::Values("samples/one-way-nat.pcap", "samples/no-rport.pcap",
                                           "samples/forked.pcap", "samples/hold-resume.pcap",
                                           "samples/basic-two-proxies.pcap",
                                           "samples/register-401.pcap"),
                         [](const auto& info) { return "sample" + std::to_string(info.index); });

// A live capture is not ended by one key.
TEST(LiveCapture, IsNotEndedByOneKey) {
  Session session;
  std::vector<std::string> errors;
  session.set_source(open_captures({root_path("samples/busy.pcap")}, {}, session.log, &errors));
  session.run();
  std::atomic<bool> verdicts{true};
  const Shared shared{session.model, session.log, session.analyst, session.lock, verdicts, true};
  shared.ui->live = true;
  App app(shared, false, [] { return std::string(); });
  app.frame(80, 24);
  EXPECT_TRUE(app.key('q'));
  EXPECT_NE(app.frame(80, 24).to_text().find("End the capture?"), std::string::npos);
  EXPECT_TRUE(app.key('n'));
  EXPECT_TRUE(app.key(kKeyEscape));
  EXPECT_FALSE(app.key('y'));
}

}  // namespace
}  // namespace sipladder::tui_random_test
