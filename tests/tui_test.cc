// Keys in, screens out, as a terminal would do it but without one.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/support/engine_feed.h"
#include "tests/support/packet_builder.h"
#include "tui/app.h"
#include "tui/list_rows.h"

namespace sipladder::tui_test {
namespace {

constexpr int64_t kStart = 1'700'000'000'000'000'000;  // 2023-11-14 22:13:20 UTC

class TuiTest : public testing::Test {
 protected:
  void sip(bool forth, std::string_view start, const std::string& user, const std::string& method) {
    const std::string text =
        std::string(start) + "\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK" + user + method +
        "\r\nFrom: <sip:" + user + "@example.com>;tag=a\r\nTo: <sip:bob@example.com>" +
        (forth ? "" : ";tag=b") + "\r\nCall-ID: " + user + "@10.0.0.1\r\nCSeq: 1 " + method +
        "\r\nSubject: \x1b[2J\r\nContent-Length: 0\r\n\r\n";
    const std::string from = forth ? "10.0.0.1" : "10.0.0.2";
    const std::string to = forth ? "10.0.0.2" : "10.0.0.1";
    feed_.add(kStart + (int64_t{feed_.frame} + 1) * 100'000'000,
              build::ip(build::udp(text, from, to), 17, from, to));
  }

  void three_calls() {
    sip(true, "INVITE sip:bob@example.com SIP/2.0", "alice", "INVITE");
    sip(false, "SIP/2.0 486 Busy Here", "alice", "INVITE");
    sip(true, "OPTIONS sip:bob@example.com SIP/2.0", "probe", "OPTIONS");
    sip(false, "SIP/2.0 200 OK", "probe", "OPTIONS");
    sip(true, "INVITE sip:bob@example.com SIP/2.0", "carol", "INVITE");
  }

  App app(bool calls_only = false) {
    const Shared shared{feed_.model, feed_.log, feed_.analyst, lock_, verdicts_, true};
    return App(shared, calls_only, [] { return std::string("5 packets"); });
  }

  // The screen after the keys, drawn after each as the terminal does.
  std::string screen(App& app, const std::vector<Key>& keys, int width = 80, int height = 24) {
    std::string out = app.frame(width, height).to_text();
    for (const Key key : keys) {
      EXPECT_TRUE(app.key(key));
      out = app.frame(width, height).to_text();
    }
    return out;
  }

  EngineFeed feed_;
  SessionLock lock_;
  std::atomic<bool> verdicts_{true};
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == '\n') {
      out.emplace_back();
    } else {
      out.back().push_back(c);
    }
  }
  return out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(TuiTest, EmptyListOnASmallScreenIsDrawn) {
  App a = app();
  EXPECT_TRUE(has(screen(a, {}), "sipladder  calls  0 dialogs"));
  EXPECT_TRUE(has(screen(a, {kKeyEnter, kKeyDown}, 12, 3), "? help"));
  screen(a, {}, 1, 1);
}

// What is asked for while rows are chosen begins anew, and the list says that it is working.
TEST_F(TuiTest, AskingAnewWhileRowsAreChosenBeginsAnew) {
  three_calls();
  const Shared shared{feed_.model, feed_.log, feed_.analyst, lock_, verdicts_, true};
  CallCells cells(shared);
  ListRows rows(shared, cells, false, "");
  rows.filter("invite", understand_filter("invite", "calls"));
  shared.ui->slice = std::chrono::milliseconds(0);
  rows.refresh();
  rows.sort(&list_columns_called({"sipfromuser"}).front(), true);
  EXPECT_TRUE(rows.working());
  shared.ui->slice = std::chrono::seconds(5);
  do rows.refresh();
  while (rows.working());
  EXPECT_EQ(rows.ids(), (std::vector<CallId>{CallId{3}, CallId{1}}));
}

TEST_F(TuiTest, ListBeginsWithTheFilterOfTheConfiguration) {
  three_calls();
  const Shared shared{feed_.model, feed_.log, feed_.analyst, lock_, verdicts_, true};
  shared.ui->first_filter = "carol";
  App a(shared, false, [] { return std::string(); });
  const std::string first = screen(a, {});
  EXPECT_TRUE(has(first, "1 dialog of 3")) << first;
  EXPECT_TRUE(has(first, "carol")) << first;
  EXPECT_FALSE(has(first, "alice")) << first;
}

TEST_F(TuiTest, ListShowsCallsAndFollowsGrowth) {
  three_calls();
  App a = app();
  const std::string first = screen(a, {});
  EXPECT_EQ(lines_of(first).size(), 25U);
  EXPECT_TRUE(has(lines_of(first)[3], "1 22:13:20 INVITE    alice     bob      busy")) << first;
  EXPECT_TRUE(has(lines_of(first)[4], "OPTIONS   probe")) << first;
  sip(true, "INVITE sip:bob@example.com SIP/2.0", "dave", "INVITE");
  EXPECT_TRUE(has(screen(a, {}), "dave"));
}

TEST_F(TuiTest, WideListShowsTheCallId) {
  three_calls();
  App a = app();
  EXPECT_TRUE(has(screen(a, {}, 200, 60), "alice@10.0.0.1"));
}

TEST_F(TuiTest, CallsOnlyHidesOtherDialogs) {
  three_calls();
  App a = app();
  EXPECT_FALSE(has(screen(a, {'I'}), "probe"));
  EXPECT_TRUE(has(screen(a, {}), "2 calls of 3"));
  EXPECT_TRUE(has(screen(a, {'I'}), "probe"));
}

TEST_F(TuiTest, SearchMovesToTheNextMatch) {
  three_calls();
  App a = app();
  const std::string prompt = screen(a, {'/', 'C', 'a', 'r'});
  EXPECT_TRUE(has(prompt, "/Car_")) << prompt;
  EXPECT_TRUE(has(screen(a, {kKeyEnter, kKeyEnter}), "carol → bob"));
  EXPECT_TRUE(has(screen(a, {'q', '/', 'z', 'z', kKeyEnter}), "not found: zz"));
}

TEST_F(TuiTest, EscapeLeavesTheSearchBeforeTheProgram) {
  three_calls();
  App a = app();
  for (const Key key : {Key{'/'}, Key{'b'}, Key{'o'}, Key{'b'}, Key{kKeyEnter}})
    EXPECT_TRUE(a.key(key));
  EXPECT_TRUE(a.key(kKeyEscape));
  EXPECT_FALSE(a.key(kKeyEscape));
}

TEST_F(TuiTest, LadderMessageAndBack) {
  three_calls();
  App a = app();
  const std::string ladder = screen(a, {kKeyEnter});
  EXPECT_TRUE(has(ladder, "alice → bob  busy")) << ladder;
  EXPECT_TRUE(has(ladder, "INVITE")) << ladder;
  EXPECT_TRUE(has(screen(a, {kKeyDown}), "frame 2  10.0.0.2:5060 > 10.0.0.1:5060"));
  const std::string message = screen(a, {kKeyEnter});
  EXPECT_TRUE(has(message, "SIP/2.0 486 Busy Here")) << message;
  EXPECT_TRUE(has(message, "Subject: \\x1B[2J")) << message;
  EXPECT_TRUE(has(screen(a, {'p'}), "INVITE sip:bob@example.com SIP/2.0"));
  EXPECT_TRUE(has(screen(a, {'q'}), "alice → bob"));
  EXPECT_TRUE(has(screen(a, {kKeyEscape}), "3 dialogs"));
  EXPECT_FALSE(a.key('q'));
}

TEST_F(TuiTest, CopiesTheLadderAndTheCommandLine) {
  three_calls();
  const Shared shared{feed_.model, feed_.log, feed_.analyst, lock_, verdicts_, true};
  shared.ui->sources = {"my trace.pcap"};
  App a(shared, false, [] { return std::string(); });
  screen(a, {'X'});
  EXPECT_EQ(shared.ui->clipboard, "sipladder calls 'my trace.pcap'");
  screen(a, {kKeyHome, kKeyEnter, 'X'});
  EXPECT_EQ(shared.ui->clipboard, "sipladder ladder 'my trace.pcap' --call 1");
  screen(a, {'C'});
  EXPECT_TRUE(has(shared.ui->clipboard, "INVITE")) << shared.ui->clipboard;
  EXPECT_TRUE(has(shared.ui->clipboard, "486 Busy Here")) << shared.ui->clipboard;
  EXPECT_TRUE(has(shared.ui->clipboard, "10.0.0.2")) << shared.ui->clipboard;
  shared.ui->sources = {"-"};
  EXPECT_TRUE(has(screen(a, {'X'}), "no file that a command could read again"));
}

TEST_F(TuiTest, AClearedListSaysSo) {
  three_calls();
  App a = app();
  const std::string cleared = screen(a, {function_key(5)});
  EXPECT_TRUE(has(cleared, "the list was cleared: 3 dialogs no longer shown")) << cleared;
}

// Files get the name that is typed, also when it is a name of the capture.
TEST_F(TuiTest, TheMaskLeavesTheNameOfAFile) {
  three_calls();
  App a = app();
  const std::string shown = screen(a, {'M', kKeyHome, 's', kKeyEnter, control_key('u'), 'a', 'l',
                                       'i', 'c', 'e', '.', 'p', 'c', 'a', 'p'});
  EXPECT_TRUE(has(shown, "alice.pcap_")) << shown;
}

TEST_F(TuiTest, AColumnThatTheUserChoseIsTheLastToBeLeftOut) {
  std::vector<std::string> names = default_list_columns();
  names.push_back("pdd_ms");
  const std::vector<ListColumn> columns = chosen_list_columns(names);
  ASSERT_EQ(columns.size(), names.size());
  const std::vector<PlacedColumn> placed = place_columns(columns, 80);
  EXPECT_LT(placed.size(), columns.size());
  EXPECT_EQ(placed.back().column, columns.size() - 1);
}

TEST_F(TuiTest, HelpIsPrintedFromTheKeysOfTheView) {
  App a = app();
  const std::string help = screen(a, {'?'});
  EXPECT_TRUE(has(help, "Keys of the call list"));
  EXPECT_TRUE(has(help, "a line up or down")) << help;
  EXPECT_TRUE(has(screen(a, {'q'}), "0 dialogs"));
}

// The engine analyses for long: the keyboard is looked at meanwhile.
TEST_F(TuiTest, AsksForLeaveWhileAViewIsBusy) {
  three_calls();
  int asked = 0;
  const auto while_busy = [&] {
    if (++asked == 3) lock_.unlock();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  };
  const Shared shared{feed_.model, feed_.log, feed_.analyst, lock_, verdicts_, true};
  App app(
      shared, false, [] { return std::string(); }, while_busy);
  lock_.lock();
  const std::string screen = app.frame(80, 24).to_text();
  EXPECT_GE(asked, 3);
  EXPECT_NE(screen.find("alice"), std::string::npos);
}

}  // namespace
}  // namespace sipladder::tui_test
