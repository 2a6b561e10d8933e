// Messages made to break a parser, a table or a terminal: each is kept, is reported as wrong, and
// does no harm to other messages. Floods, false lengths and decompression bombs are tested with
// their decoders.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "decode/media.h"
#include "decode/sdp.h"
#include "query/session.h"
#include "tests/support/engine_feed.h"
#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::hostile_test {
namespace {

const std::string kStart = "OPTIONS sip:b@192.0.2.2 SIP/2.0\r\n";
const std::string kVia = "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n";
const std::string kRest = "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCSeq: 1 OPTIONS\r\n";

std::string call_id(const std::string& id) {
  return "Call-ID: " + id + "\r\n";
}

class Hostile : public ::testing::Test {
 protected:
  void add(const std::string& message) {
    const std::string a = "192.0.2.1", b = "192.0.2.2";
    feed_.add((feed_.frame + 1) * int64_t{1'000'000},
              build::ip(build::udp(message, a, b), 17, a, b));
  }
  // What is wrong with the newest message; empty when nothing is.
  std::string fault() {
    MessageView view(feed_.log);
    EXPECT_TRUE(view.load(feed_.model.messages[MessageId{feed_.model.messages.size()}]));
    return view.sip().malformed == nullptr ? "" : view.sip().malformed;
  }

  EngineFeed feed_;
};

TEST_F(Hostile, EveryMessageIsKeptAndSaysWhatIsWrong) {
  const std::string whole = kVia + call_id("x") + kRest;
  std::string headers, vias;
  for (int i = 0; i < 5000; i++) headers += "X-" + std::to_string(i) + ": v\r\n";
  for (int i = 0; i < 200; i++) vias += kVia;
  const std::pair<std::string, std::string> kCases[] = {
      {kStart + whole + headers + "\r\n", "more header lines than are indexed"},
      {kStart + vias + call_id("x") + kRest + "\r\n", ""},
      {kStart + whole + "Subject: " + std::string(60'000, 'x') + "\r\n\r\n", ""},
      {kStart + whole + std::string("Subject: a\0b\r\n\r\n", 16), ""},
      {kStart + whole + "Subject: \xFF\xFE\xC0\x80\r\n\r\n", ""},
      {kStart + whole + "Subject: \x1B]0;owned\x07\r\n\r\n", ""},
      {kStart + whole + "no colon here\r\n\r\n", "without a name and colon"},
      {kStart + whole + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n", "that differ"},
      {kStart + whole + "Content-Length: -1\r\n\r\n", "is not a number"},
      {kStart + whole + "Content-Length: 99999999999999999999999\r\n\r\n", "is not a number"},
      {kStart + whole + "Content-Length: 4294967295\r\n\r\n", "larger than the body"},
      {"SIP/2.0 099 Low\r\n" + whole + "\r\n", "Status-Code is not 100 to 699"},
      {"SIP/2.0 1000 High\r\n" + whole + "\r\n", "Status-Code is not 100 to 699"},
      {kStart + kVia + kRest + "\r\n", "Call-ID is missing"},
      {kStart + kVia + "Call-ID:\r\n" + kRest + "\r\n", "Call-ID is missing"},
  };
  uint32_t messages = 0;
  for (const auto& [message, expected] : kCases) {
    add(message);
    ASSERT_EQ(feed_.model.messages.size(), ++messages) << message.substr(0, 200);
    if (expected.empty()) {
      EXPECT_EQ(fault(), "") << message.substr(0, 200);
    } else {
      EXPECT_NE(fault().find(expected), std::string::npos) << expected << ": " << fault();
    }
  }
}

TEST_F(Hostile, MessagesWithoutCallIdAreNeverMerged) {
  for (int i = 0; i < 3; i++) add(kStart + kVia + kRest + "\r\n");
  for (int i = 0; i < 3; i++) add(kStart + kVia + "Call-ID: \r\n" + kRest + "\r\n");
  EXPECT_EQ(feed_.model.calls.size(), 6U);
}

TEST_F(Hostile, CallIdsAreComparedByteByByte) {
  for (const char* id : {"abcdefgh@host", "abcdefgh@hosu", "ABCDEFGH@host", "abcdefgh@host "}) {
    add(kStart + kVia + call_id(id) + kRest + "\r\n");
  }
  EXPECT_EQ(feed_.model.calls.size(), 3U);  // white space around a value is none of it
}

TEST_F(Hostile, SdpOfAnySize) {
  std::string sdp = "v=0\r\no=- 1 1 IN IP4 224.0.0.1\r\ns=-\r\nc=IN IP4 224.0.0.1/127\r\nt=0 0\r\n";
  for (int i = 0; i < 500; i++) sdp += "m=audio 65536 RTP/AVP 0 99999 -1\r\na=rtpmap:\r\n";
  const Sdp parsed = parse_sdp(sdp);
  EXPECT_EQ(parsed.media.size(), kMaxSdpMedia);
  EXPECT_EQ(parsed.media[0].port, 0);
  EXPECT_EQ(parsed.media[0].port_number, 65536U);
  EXPECT_EQ(parsed.media[0].address, "224.0.0.1");
  add(kStart + kVia + call_id("sdp") + kRest + "Content-Type: application/sdp\r\n\r\n" + sdp);
  EXPECT_TRUE(feed_.model.messages[MessageId{1}].has_sdp);
}

TEST(HostileRtcp, LengthsThatLie) {
  const std::pair<std::string, bool> kCases[] = {
      {std::string("\x81\xC9\x00\x00", 4), false},                         // RR of length 0
      {std::string("\x81\xC9\x00\x07", 4) + std::string(28, '\1'), true},  // as it should be
      {std::string("\x81\xC9\xFF\xFF", 4) + std::string(28, '\1'), false},
      {std::string("\x9F\xC8\x00\x06", 4) + std::string(24, '\1'), true},  // 31 blocks, none there
      {std::string("\x80\xCF\x00\x02", 4) + std::string("\0\0\0\1\7\0\xFF\xFF", 8), true},  // XR
  };
  for (const auto& [bytes, compound] : kCases) {
    RtcpReport report;
    parse_rtcp(bytes, &report);
    EXPECT_EQ(classify_payload(bytes) == PayloadClass::rtcp, compound) << bytes.size();
    EXPECT_TRUE(compound || !report.block.has_value());
  }
}

TEST(HostileOutput, NothingReachesTheTerminalUnescaped) {
  const auto folder = scratch_folder() / "hostile";
  std::filesystem::create_directories(folder);
  const std::string file = (folder / "evil.txt").string();
  std::ofstream(file, std::ios::binary)
      << "INVITE sip:=cmd|'/C calc'!A0@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
         "From: \"\x1B[2J\xE2\x80\xAE\" <sip:=1+1@x>;tag=1\r\nTo: <sip:\x1B[31m@x>\r\n"
         "Call-ID: \x1B]0;x\x07\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
  for (const char* format : {"table", "csv", "md", "json", "ndjson"}) {
    const RunResult result = run_binary({"calls", file, "--format", format, "--columns",
                                         "caller,callee,call_id,from_uri,request_uri"});
    EXPECT_EQ(result.out.find('\x1B'), std::string::npos) << format;
    EXPECT_EQ(result.out.find('\x07'), std::string::npos) << format;
    if (std::string_view(format) == "csv") {
      EXPECT_EQ(result.out.find("\n="), std::string::npos) << "a formula: " << result.out;
      EXPECT_EQ(result.out.find(",="), std::string::npos) << "a formula: " << result.out;
    }
  }
  EXPECT_EQ(run_binary({"ladder", file, "--raw"}).out.find('\x1B'), std::string::npos);
  std::filesystem::remove_all(folder);
}

TEST(HostileFile, AStalledPipeAndAFileThatGrows) {
  const auto folder = scratch_folder() / "stall";
  std::filesystem::create_directories(folder);
  const std::string fifo = (folder / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  // A writer that opens it, gives half of a header, waits, and goes away.
  std::thread writer([&] {
    std::ofstream out(fifo, std::ios::binary);
    out << "\xD4\xC3\xB2\xA1";
    out.flush();
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  });
  EXPECT_EQ(run_binary({"calls", fifo}).status, 3);
  writer.join();

  std::ifstream sample(root_path("samples/busy.pcap"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(sample)), {});
  const std::string growing = (folder / "growing.pcap").string();
  std::ofstream(growing, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  Session session;
  std::vector<std::string> errors;
  session.set_source(open_captures({growing}, {}, session.log, &errors));
  std::ofstream(growing, std::ios::binary | std::ios::app) << bytes.substr(bytes.size() / 2);
  session.run();
  EXPECT_GT(session.model.messages.size(), 0U);
  EXPECT_EQ(session.model.accounting.packets, session.model.captures[0].packets);
  std::filesystem::remove_all(folder);
}

// The fast scan of header lines against one that looks at each byte.
std::vector<std::pair<std::string, std::string>> slow_headers(std::string_view bytes) {
  std::vector<std::pair<std::string, std::string>> headers;
  const auto line_end = [&](size_t at) { return std::min(bytes.find('\n', at), bytes.size()); };
  const auto trimmed = [](std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return std::string();
    return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
  };
  size_t at = line_end(0) + 1;
  while (at < bytes.size()) {
    size_t end = line_end(at);
    const std::string_view line = bytes.substr(at, end - at);
    if (line.empty() || line == "\r") break;
    while (end + 1 < bytes.size() && (bytes[end + 1] == ' ' || bytes[end + 1] == '\t')) {
      const size_t more = line_end(end + 1);
      const bool blank = trimmed(bytes.substr(end + 1, more - end - 1)).empty();
      end = more;
      if (blank) break;
    }
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && colon > 0) {
      headers.emplace_back(trimmed(line.substr(0, colon)),
                           trimmed(bytes.substr(at + colon + 1, end - at - colon - 1)));
    }
    at = end + 1;
  }
  return headers;
}

TEST(HeaderIndex, AgreesWithASlowReference) {
  const std::string message =
      kStart + kVia + "Subject: folded\r\n  on and\r\n\ton\r\nX:y\r\nno colon\r\n" + call_id("r") +
      kRest + ": no name\r\nEmpty:\r\nLF: only\nZ : z\r\n\r\nbody: no header\r\n";
  uint32_t random = 12345;
  for (int round = 0; round < 3000; round++) {
    std::string bytes = message;
    // The first line stays a start-line.
    for (int flips = round % 7; flips > 0; flips--) {
      random = random * 1664525 + 1013904223;
      const size_t at = kStart.size() + (random >> 8) % (bytes.size() - kStart.size());
      static constexpr char kBytes[] = {':', '\n', '\r', ' ', '\t', 'x', '\0', ','};
      bytes[at] = kBytes[random & 7U];
    }
    SipIndex sip;
    ASSERT_TRUE(index_sip(bytes, &sip));
    std::vector<std::pair<std::string, std::string>> fast;
    for (const HeaderLine& header : sip.headers) {
      fast.emplace_back(std::string(header.name), std::string(header.value));
    }
    ASSERT_EQ(fast, slow_headers(bytes)) << "round " << round << "\n" << bytes;
  }
}

}  // namespace
}  // namespace sipladder::hostile_test
