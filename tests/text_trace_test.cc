// SIP in text: every tool's format gives the same messages.
#include "capture/text_trace.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/text_traces.h"

namespace sipladder::text_trace_test {
namespace {

class TextTraces : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

constexpr int64_t kAt = 1'704'164'645'250'000'000;  // 2024-01-02 03:04:05.25

TEST_F(TextTraces, EveryToolGivesTheSameMessages) {
  const struct {
    const char* name;
    std::string text;
  } kCases[] = {{"sofia", sofia()}, {"asterisk", asterisk()}, {"pjsip", pjsip()},
                {"ngrep", ngrep()}, {"tcpdump", tcpdump()},   {"sngrep", sngrep()}};
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.name);
    const auto found = read_trace(test.text);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].payload, kInvite);
    EXPECT_EQ(found[1].payload, kRinging);
    EXPECT_EQ(found[0].src, "10.0.0.1:5060");
    EXPECT_EQ(found[0].dst, "192.0.2.9:5060");
    EXPECT_EQ(found[1].src, found[0].dst);
    EXPECT_EQ(found[1].dst, found[0].src);
    EXPECT_EQ(found[0].time_ns, kAt);
    EXPECT_EQ(found[1].time_ns, kAt + 1'250'000'000);
  }
}

TEST_F(TextTraces, Ipv6) {
  const auto found = read_trace("recv 99 bytes from udp/[2001:db8::1]:5060 at 03:04:05.250000:\n" +
                                shown(kRinging, "   ", ""));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].src, "[2001:db8::1]:5060");
  EXPECT_EQ(found[0].dst, "10.0.0.1:5060");  // of the Via
  EXPECT_EQ(found[0].time_ns, 11'045'250'000'000);
}

TEST_F(TextTraces, ClockWithoutADateGoesOnAfterMidnight) {
  const std::string line = "recv 99 bytes from udp/[10.0.0.1]:5060 at ";
  const auto found = read_trace(line + "23:59:59.5:\n" + shown(kRinging, "   ", "") + line +
                                "00:00:01.5:\n" + shown(kRinging, "   ", ""));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].time_ns - found[0].time_ns, 2'000'000'000);
}

// As the log says; lacking that, as the Via does.
TEST_F(TextTraces, Transport) {
  const auto transport_of = [](const std::string& head, std::string message) {
    const auto found = read_trace(head + "\n" + shown(message, "", ""));
    return found.size() == 1 ? found[0].transport : Transport::sctp;
  };
  std::string by_tls = kRinging;
  by_tls.replace(by_tls.find("/UDP"), 4, "/TLS");
  EXPECT_EQ(transport_of("recv 9 bytes from tls/[10.0.0.1]:5061 at 03:04:05.2:", kRinging),
            Transport::tls);
  EXPECT_EQ(transport_of("<--- Received SIP request (9 bytes) from WS:10.0.0.1:80 --->", kRinging),
            Transport::ws);
  EXPECT_EQ(transport_of("Reliably Transmitting (no NAT) to 10.0.0.1:5061:", by_tls),
            Transport::tls);
  EXPECT_EQ(transport_of("Reliably Transmitting (no NAT) to 10.0.0.1:5060:", kRinging),
            Transport::udp);
}

// tcpdump with and without -n, -t, -e, -#; the address bytes of 10.0.0.1 show as line ends.
TEST_F(TextTraces, HeadsOfTcpdump) {
  const std::string message = "E...\n...\n...." + shown(kRinging, "", "");
  const struct {
    std::string before;
    const char* src;
    int64_t time_ns;
  } kCases[] = {
      {"IP 10.0.0.1.5060 > 192.0.2.9.5060", "10.0.0.1:5060", 0},
      {"IP 10.0.0.1.sip > 192.0.2.9.sip", "10.0.0.1:5060", 0},
      {"1704164645.250000 IP 10.0.0.1.5060 > 192.0.2.9.5060", "10.0.0.1:5060", kAt},
      {" 00:00:01.500000 IP 10.0.0.1.5060 > 192.0.2.9.5060", "10.0.0.1:5060", 1'500'000'000},
      {"    1  2024-01-02 03:04:05.250000 IP 10.0.0.1.5060 > 192.0.2.9.5060", "10.0.0.1:5060", kAt},
      {"2024-01-02 03:04:05.250000 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), "
       "length 436: 10.0.0.1.5060 > 192.0.2.9.5060",
       "10.0.0.1:5060", kAt},
      {"2024-01-02 03:04:05.250000 IP pbx.example.com.sip > 192.0.2.9.5060", "pbx.example.com:5060",
       kAt},
      {"IP a-very-long-name.example.com.40000 > 192.0.2.9.5060",
       "a-very-long-name.example.com:40000", 0},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.before);
    const auto found = read_trace(test.before + ": SIP: SIP/2.0 180 Ringing\n" + message);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].payload, kRinging);
    EXPECT_EQ(found[0].src, test.src);
    EXPECT_EQ(found[0].dst, "192.0.2.9:5060");
    EXPECT_EQ(found[0].time_ns, test.time_ns);
  }
}

// A message over several segments, and two in one: what tcpdump -A shows of kInvite, cut after
// `first` bytes.
TEST_F(TextTraces, TcpSegments) {
  const auto segment = [](const std::string& bytes, size_t sequence) {
    std::string text =
        "2024-01-02 03:04:05.25 IP 10.0.0.1.40000 > 192.0.2.9.5060: Flags [P.], seq " +
        std::to_string(sequence) + ":" + std::to_string(sequence + bytes.size()) +
        ", ack 1, win 65000, length " + std::to_string(bytes.size()) + "\n" +
        "E...y@.@...\n...\n\n....@..........P.......";
    for (size_t i = 0; i < bytes.size(); i++) {
      if (bytes[i] != '\r') text += bytes[i];
    }
    return text + "\n";
  };
  const std::string both = kInvite + kRinging;
  for (size_t first = 40; first < both.size(); first++) {
    const auto found =
        read_trace(segment(both.substr(0, first), 1) + segment(both.substr(first), first + 1));
    ASSERT_EQ(found.size(), 2U) << first;
    EXPECT_EQ(found[0].payload, kInvite) << first;
    EXPECT_EQ(found[1].payload, kRinging) << first;
    EXPECT_EQ(found[1].src, "10.0.0.1:40000");
    EXPECT_EQ(found[0].transport, Transport::tcp);
    EXPECT_FALSE(found[0].truncated || found[1].truncated) << first;
  }
  // Behind each other in the wrong order; and with other traffic in between.
  const std::string udp =
      "2024-01-02 03:04:05.30 IP 10.0.0.7.9 > 10.0.0.8.9: UDP, length 4\nE..z\n";
  for (const size_t first : {100UL, kInvite.size() - 3}) {
    const std::string one = both.substr(0, first), two = both.substr(first);
    for (const std::string& between : {std::string(), udp}) {
      const auto found = read_trace(segment(two, first + 1) + between + segment(one, 1) + between);
      ASSERT_EQ(found.size(), 2U) << first;
      EXPECT_EQ(found[0].payload, kInvite) << first;
      EXPECT_EQ(found[1].payload, kRinging) << first;
      EXPECT_FALSE(found[0].truncated || found[1].truncated) << first;
    }
  }
  // Three, the last one first.
  const std::string whole = kInvite;
  const auto turned =
      read_trace(segment(whole.substr(130), 131) + segment(whole.substr(60, 70), 61) +
                 segment(whole.substr(0, 60), 1));
  ASSERT_EQ(turned.size(), 1U);
  EXPECT_EQ(turned[0].payload, kInvite);
  // What stood before it never comes: it is no part of the next message.
  const auto orphan = read_trace(segment(whole.substr(130), 131) + segment(kRinging, 5001));
  ASSERT_EQ(orphan.size(), 1U);
  EXPECT_EQ(orphan[0].payload, kRinging);
  // A segment in between is not there: no message is made up of what does not belong together.
  const auto cut = read_trace(segment(kInvite.substr(0, 100), 1) + segment(kRinging, 300));
  ASSERT_EQ(cut.size(), 2U);
  EXPECT_EQ(cut[0].payload, kRinging);
  EXPECT_TRUE(cut[1].truncated);
}

// Colours, a byte order mark, and the prefix of a system log.
TEST_F(TextTraces, WhatStandsBeforeLines) {
  const std::string head = "recv 99 bytes from udp/[10.0.0.1]:5060 at 03:04:05.250000:\n";
  const std::string prefix = "Jan  2 03:04:05 pbx freeswitch[812]: ";
  for (const std::string& text : {"\x1b[0m" + head + shown(kRinging, "\x1b[0m   ", ""),
                                  "\xEF\xBB\xBF" + head + shown(kRinging, "   ", ""),
                                  prefix + head + shown(kRinging, prefix + "   ", "")}) {
    const auto found = read_trace(text);
    ASSERT_EQ(found.size(), 1U) << text;
    EXPECT_EQ(found[0].payload, kRinging);
    EXPECT_EQ(found[0].src, "10.0.0.1:5060");
  }
}

// Since the packet before, or since the first one: it gets less, or it does not.
TEST_F(TextTraces, RelativeTimes) {
  const auto gap = [](const char* first, const char* second, const char* third) {
    std::string text;
    for (const char* time : {first, second, third})
      text += std::string("U +") + time + " 10.0.0.1:5060 -> 192.0.2.9:5060 #1\n" +
              shown(kRinging, "", ".") + "\n";
    const auto found = read_trace(text);
    return found.size() == 3 ? found[2].time_ns - found[0].time_ns : -1;
  };
  EXPECT_EQ(gap("0.000000", "2.000000", "0.500000"), 2'500'000'000);
  EXPECT_EQ(gap("0.000000", "2.000000", "2.500000"), 2'500'000'000);
}

// A log writes a message once: again is a retransmission. Without times nothing is said about time.
TEST_F(TextTraces, RepeatedMessages) {
  const std::string path = scratch_path("again.txt");
  const std::string head = "U 10.0.0.1:5060 -> 192.0.2.9:5060\n";
  const std::string back = "U 192.0.2.9:5060 -> 10.0.0.1:5060\n";
  std::string ok = kRinging, bye = kInvite;
  ok.replace(ok.find("180 Ringing"), 11, "200 OK");
  bye = bye.substr(0, bye.find("Content-Length")) + "Content-Length: 0\r\n\r\n";
  bye.replace(0, 6, "BYE");
  bye.replace(bye.find("1 INVITE"), 8, "2 BYE");
  bye.replace(bye.find("<sip:b@192.0.2.9>\r"), 17, "<sip:b@192.0.2.9>;tag=2");
  std::ofstream(path, std::ios::binary) << head << shown(kInvite, "", ".") << "\n"
                                        << head << shown(kInvite, "", ".") << "\n"
                                        << back << shown(ok, "", ".") << "\n"
                                        << head << shown(bye, "", ".") << "\n";
  const RunResult messages = run_binary({"messages", path, "--format", "csv", "--columns",
                                         "file,src,method,retransmission_of,duplicate_of"});
  EXPECT_EQ(messages.out,
            "file,src,method,retransmission_of,duplicate_of\n1,10.0.0.1,INVITE,,\n"
            "1,10.0.0.1,INVITE,1,\n1,192.0.2.9,INVITE,,\n1,10.0.0.1,BYE,,\n");
  const RunResult findings = run_binary({"findings", path, "--format", "csv", "--columns", "code"});
  EXPECT_EQ(findings.out.find("dialog-short"), std::string::npos) << findings.out;
  EXPECT_EQ(findings.out.find("cap-"), std::string::npos) << findings.out;
  std::filesystem::remove(path);
}

TEST_F(TextTraces, MessageAlone) {
  const auto found = read_trace(shown(kInvite, "", ".") + shown(kRinging, "", "."));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].payload, kInvite);
  EXPECT_EQ(found[1].payload, kRinging);
  EXPECT_EQ(found[0].src, "10.0.0.1:5060");
  EXPECT_GT(found[1].time_ns, found[0].time_ns);
}

TEST_F(TextTraces, LineEndsThatWereBare) {
  std::string text = kInvite;
  const size_t body = text.find("v=0");
  text.replace(body, std::string::npos, "v=0\ns=x\nt=0 0\na=b\n");
  std::string shown_text = shown(text.substr(0, body), "", "") + text.substr(body);
  const auto found = read_trace(sngrep().substr(0, 60) + "\n" + shown_text + "\n\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].payload.ends_with("\r\n\r\nv=0\ns=x\nt=0 0\na=b\n")) << found[0].payload;
}

TEST_F(TextTraces, BodyThatIsAMessage) {
  std::string notify = kRinging;
  notify.replace(0, notify.find('\r'), "NOTIFY sip:a@10.0.0.1 SIP/2.0");
  notify.replace(notify.find("Length: 0"), 9, "Type: message/sipfrag\r\nContent-Length: 16");
  notify += "SIP/2.0 200 OK\r\n";
  const auto found = read_trace(shown(notify + kRinging, "", ""));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].payload, notify);
}

TEST_F(TextTraces, TooLongIsCut) {
  std::string text = kInvite;
  text.replace(text.find("Length: 18"), 10, "Length: 500000");
  for (int i = 0; i < 3000; i++) text += "a=" + std::string(60, 'x') + "\r\n";
  const auto found = read_trace(shown(text, "", ""));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].truncated);
}

TEST_F(TextTraces, WhatIsNone) {
  EXPECT_TRUE(read_trace("hello\nworld\n").empty());
  EXPECT_TRUE(read_trace("").empty());
  EXPECT_FALSE(is_text_trace(std::string_view("INVITE sip:a SIP/2.0\0\n", 23)));
  EXPECT_EQ(find_start_line("Via: SIP/2.0/UDP 1.2.3.4", false), std::string_view::npos);
  EXPECT_EQ(find_start_line("He said INVITE sip:a SIP/2.0", false), std::string_view::npos);
}

TEST_F(TextTraces, EveryPrefixAndDamage) {
  for (const std::string& whole : {sofia(), asterisk(), pjsip(), ngrep(), tcpdump(), sngrep()}) {
    uint32_t random = 1;
    for (size_t size = 0; size < whole.size(); size++) {
      is_text_trace(std::string_view(whole).substr(0, size));
      std::string damaged = whole;
      for (int i = 0; i < 5; i++) {
        random = random * 1664525U + 1013904223U;
        damaged[random % damaged.size()] = static_cast<char>(random >> 15 & 0x7F);
      }
      is_text_trace(damaged);
    }
  }
}

TEST_F(TextTraces, RealOnes) {
  const std::filesystem::path folder = root_path("../shared/captures/text");
  if (!exists(folder)) GTEST_SKIP() << "no shared captures here";
  const auto slurp = [&](const char* name) {
    std::ifstream file(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  EXPECT_EQ(read_trace(slurp("ngrep-byline-invite.txt")).size(), 1U);
  const auto found = read_trace(slurp("tcpdump-A-register.txt"));
  ASSERT_GE(found.size(), 4U);
  EXPECT_EQ(found[0].src, "10.211.55.2:56752");
  EXPECT_TRUE(found[0].payload.starts_with("REGISTER sip:10.211.55.6 SIP/2.0\r\n"));
  EXPECT_TRUE(found[1].payload.starts_with("SIP/2.0 401 Unauthorized\r\n"));
  EXPECT_TRUE(found[1].payload.ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_F(TextTraces, ThroughAPipe) {
  const std::string path = scratch_path("pipe.txt");
  std::ofstream(path, std::ios::binary) << sngrep();
  const RunResult result = run_binary({"messages", path, "--format", "csv"});
  EXPECT_EQ(lines_of(result.out).size(), 3U) << result.out << result.err;
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace sipladder::text_trace_test
