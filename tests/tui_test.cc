// Keys in, screens out, as a terminal would do it but without one.
#include <gtest/gtest.h>

#include "correlate/engine.h"
#include "tui/app.h"

namespace sipladder {
namespace {

constexpr int64_t kStart = 1'700'000'000'000'000'000;  // 2023-11-14 22:13:20 UTC

void add_be16(std::string* out, size_t value) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xFF));
}

// UDP from 10.0.0.1 to 10.0.0.2 or back, LINKTYPE_RAW.
std::string udp_packet(bool forth, std::string_view payload) {
  std::string out("\x45\0", 2);
  add_be16(&out, 28 + payload.size());
  out += std::string("\0\0\0\0\x40\x11\0\0\x0a\0\0", 11);
  out.push_back(forth ? 1 : 2);
  out += std::string("\x0a\0\0", 3);
  out.push_back(forth ? 2 : 1);
  add_be16(&out, 5060);
  add_be16(&out, 5060);
  add_be16(&out, 8 + payload.size());
  add_be16(&out, 0);
  return out.append(payload);
}

class TuiTest : public testing::Test {
 protected:
  TuiTest() : engine_(log_, model_), analyst_(model_, log_) {
    std::string error;
    EXPECT_TRUE(log_.add_spool(&store_, &error)) << error;
  }

  void sip(bool forth, std::string_view start, const std::string& user, const std::string& method) {
    const std::string text =
        std::string(start) + "\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK" + user + method +
        "\r\nFrom: <sip:" + user + "@example.com>;tag=a\r\nTo: <sip:bob@example.com>" +
        (forth ? "" : ";tag=b") + "\r\nCall-ID: " + user + "@10.0.0.1\r\nCSeq: 1 " + method +
        "\r\nSubject: \x1b[2J\r\nContent-Length: 0\r\n\r\n";
    const std::string bytes = udp_packet(forth, text);
    Packet packet;
    packet.frame = ++frame_;
    packet.time_ns = kStart + int64_t{frame_} * 100'000'000;
    packet.link_type = 101;
    packet.original = static_cast<uint32_t>(bytes.size());
    packet.ref = log_.append(store_, bytes);
    packet.data = reinterpret_cast<const uint8_t*>(bytes.data());
    engine_.process(packet);
    engine_.settle();
  }

  void three_calls() {
    sip(true, "INVITE sip:bob@example.com SIP/2.0", "alice", "INVITE");
    sip(false, "SIP/2.0 486 Busy Here", "alice", "INVITE");
    sip(true, "OPTIONS sip:bob@example.com SIP/2.0", "probe", "OPTIONS");
    sip(false, "SIP/2.0 200 OK", "probe", "OPTIONS");
    sip(true, "INVITE sip:bob@example.com SIP/2.0", "carol", "INVITE");
  }

  App app(bool calls_only = false) {
    const Shared shared{model_, log_, analyst_, mutex_, want_lock_, verdicts_, true};
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

  PacketLog log_;
  Model model_;
  Engine engine_;
  Analyst analyst_;
  std::mutex mutex_;
  std::atomic<bool> want_lock_{false};
  std::atomic<bool> verdicts_{true};
  uint16_t store_ = 0;
  uint32_t frame_ = 0;
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
  EXPECT_TRUE(has(screen(a, {}), "sipladder  0 dialogs"));
  EXPECT_TRUE(has(screen(a, {kKeyEnter, kKeyDown}, 12, 3), "? help"));
  screen(a, {}, 1, 1);
}

TEST_F(TuiTest, ListShowsCallsAndFollowsGrowth) {
  three_calls();
  App a = app();
  const std::string first = screen(a, {});
  EXPECT_EQ(lines_of(first).size(), 25U);
  EXPECT_TRUE(has(lines_of(first)[2], "1 22:13:20 INVITE   alice     bob       busy")) << first;
  EXPECT_TRUE(has(lines_of(first)[3], "OPTIONS  probe")) << first;
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
  EXPECT_FALSE(has(screen(a, {'c'}), "probe"));
  EXPECT_TRUE(has(screen(a, {}), "2 calls of 3"));
  EXPECT_TRUE(has(screen(a, {'c'}), "probe"));
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
  EXPECT_TRUE(has(message, "Subject: ·[2J")) << message;
  EXPECT_TRUE(has(screen(a, {'p'}), "INVITE sip:bob@example.com SIP/2.0"));
  EXPECT_TRUE(has(screen(a, {'q'}), "alice → bob"));
  EXPECT_TRUE(has(screen(a, {kKeyEscape}), "3 dialogs"));
  EXPECT_FALSE(a.key('q'));
}

TEST_F(TuiTest, HelpIsPrintedFromTheKeysOfTheView) {
  App a = app();
  const std::string help = screen(a, {'?'});
  EXPECT_TRUE(has(help, "Keys of the call list"));
  EXPECT_TRUE(has(help, "Up, Down           a call up or down")) << help;
  EXPECT_TRUE(has(screen(a, {'q'}), "0 dialogs"));
}

}  // namespace
}  // namespace sipladder
