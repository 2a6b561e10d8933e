// Findings that need more than a golden page can hold: floods, captures whose clocks are wrong, and
// captures that say that packets were dropped.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/flow_script.h"
#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"

namespace sipladder::capture_findings_test {
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
  std::filesystem::path folder_ = scratch_folder() / "findings";
};

// `served`: every request gets its 200; else none does.
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

std::string word(uint32_t value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string block(uint32_t type, std::string body) {
  body.resize((body.size() + 3) / 4 * 4);
  const std::string length = word(static_cast<uint32_t>(body.size()) + 12);
  return word(type) + length + body + length;
}

// The same packets as pcapng, and what its interface says that it dropped.
std::string with_drops(const std::string& pcap, uint32_t drops) {
  constexpr size_t kPacketHeader = 16;
  const std::string nanoseconds("\x09\0\x01\0\x09\0\0\0\0\0\0\0", 12);
  std::string out =
      block(0x0A0D0D0A, word(0x1A2B3C4D) + word(1) + word(UINT32_MAX) + word(UINT32_MAX)) +
      block(1, word(1) + word(0) + nanoseconds);
  for (size_t at = kFileHeader; at + kPacketHeader <= pcap.size();) {
    uint32_t header[4];
    std::memcpy(header, pcap.data() + at, sizeof header);
    const uint64_t time_ns = header[0] * uint64_t{1'000'000'000} + header[1];
    out += block(6, word(0) + word(static_cast<uint32_t>(time_ns >> 32)) +
                        word(static_cast<uint32_t>(time_ns)) + word(header[2]) + word(header[3]) +
                        pcap.substr(at + kPacketHeader, header[2]));
    at += kPacketHeader + header[2];
  }
  const std::string dropped = std::string("\x05\0\x08\0", 4) + word(drops) + word(0) + word(0);
  return out + block(5, word(0) + word(0) + word(0) + dropped);
}

// Packets of a pcap file as pcapng, those from `src` on an interface of their own and written as
// much later, as a tool does that reads one interface after the other.
std::string two_interfaces(const std::string& pcap, uint8_t src, int64_t later_ns) {
  constexpr size_t kPacketHeader = 16;
  constexpr size_t kLastByteOfSource = kPacketHeader + 14 + 15;
  const std::string nanoseconds("\x09\0\x01\0\x09\0\0\0\0\0\0\0", 12);
  const std::string interface = block(1, word(1) + word(0) + nanoseconds);
  std::map<int64_t, std::string> blocks;
  for (size_t at = kFileHeader; at + kPacketHeader <= pcap.size();) {
    uint32_t header[4];
    std::memcpy(header, pcap.data() + at, sizeof header);
    const int64_t time_ns = header[0] * int64_t{1'000'000'000} + header[1];
    const bool second = static_cast<uint8_t>(pcap[at + kLastByteOfSource]) == src;
    const auto high = static_cast<uint32_t>(time_ns >> 32), low = static_cast<uint32_t>(time_ns);
    blocks[time_ns + (second ? later_ns : 0)] =
        block(6, word(second ? 1 : 0) + word(high) + word(low) + word(header[2]) + word(header[3]) +
                     pcap.substr(at + kPacketHeader, header[2]));
    at += kPacketHeader + header[2];
  }
  std::string out =
      block(0x0A0D0D0A, word(0x1A2B3C4D) + word(1) + word(UINT32_MAX) + word(UINT32_MAX)) +
      interface + interface;
  for (const auto& [written_ns, bytes] : blocks) out += bytes;
  return out;
}

TEST_F(CaptureFindings, EachInterfaceHasAClockOfItsOwn) {
  const std::string pcap = capture(call_at(10, "one"));
  const std::string apart = findings({write("apart.pcapng", two_interfaces(pcap, 2, 150'000'000))});
  EXPECT_EQ(apart.find("cap-clock"), std::string::npos) << apart;
}

TEST_F(CaptureFindings, WhatTheCaptureDroppedIsNoLossOfTheNetwork) {
  const std::string pcap = capture(
      "host a 192.0.2.1\nhost b 192.0.2.2\n"
      "0.0 a > b INVITE sip:b@192.0.2.2 sdp=192.0.2.1:4000\n"
      "1.0 b > a 200 sdp=192.0.2.2:5000\n"
      "1.02 a > b ACK\n"
      "1.05 a:4000 > b:5000 rtp for=8 lose=5\n"
      "1.06 b:5000 > a:4000 rtp for=8\n"
      "9.1 a > b BYE\n9.11 b > a 200 (BYE)\n");
  const std::string dropped = findings({write("dropped.pcapng", with_drops(pcap, 80))});
  EXPECT_NE(dropped.find("cap-dropped"), std::string::npos) << dropped;
  EXPECT_EQ(dropped.find("rtp-"), std::string::npos) << dropped;
  const std::string complete = findings({write("complete.pcapng", with_drops(pcap, 0))});
  EXPECT_NE(complete.find("error,rtp-loss"), std::string::npos) << complete;
}

// A large OPTIONS, sent three times as T1 says, of which only the first fragment passes here.
std::vector<build::TimedPacket> first_fragments() {
  const std::string whole =
      build::udp(build::sip_message("fragments", 1600), "192.0.2.1", "192.0.2.2");
  std::vector<build::TimedPacket> packets;
  for (const int64_t ms : {0, 500, 1500}) {
    const auto id = static_cast<uint16_t>(ms + 1);
    packets.push_back(
        {1'000'000'000 + ms * 1'000'000,
         build::ipv4_fragment(whole.substr(0, 1480), 17, "192.0.2.1", "192.0.2.2", id, 0, true)});
  }
  return packets;
}

std::string answer_to(std::string request) {
  request.replace(0, request.find("\r\n"), "SIP/2.0 200 OK");
  return request;
}

TEST_F(CaptureFindings, ARequestWhoseFragmentsGetLost) {
  const std::string lost = findings({write("lost.pcap", build::pcap(first_fragments(), 101))});
  EXPECT_NE(
      lost.find("error,txn-oversize-udp,\"OPTIONS from 192.0.2.1:5060 to 192.0.2.2:5060 sent 3 "
                "times over UDP, each time without its last fragments"),
      std::string::npos)
      << lost;
}

TEST_F(CaptureFindings, ARequestWhoseFragmentsAreOnlyMissingInTheCapture) {
  std::vector<build::TimedPacket> packets = first_fragments();
  packets.push_back({2'600'000'000, build::ip(build::udp(answer_to(build::sip_message("fragments")),
                                                         "192.0.2.2", "192.0.2.1"),
                                              17, "192.0.2.2", "192.0.2.1")});
  const std::string hidden = findings({write("hidden.pcap", build::pcap(packets, 101))});
  EXPECT_EQ(hidden.find("txn-oversize-udp"), std::string::npos) << hidden;
  EXPECT_NE(hidden.find("cap-fragments-missing"), std::string::npos) << hidden;
}

// Only the later fragments are here. Between hosts that speak SIP that is worth a finding; not for
// others, and not when it is a copy of a datagram that is whole.
TEST_F(CaptureFindings, FragmentsWithoutTheFirst) {
  const std::string whole =
      build::udp(build::sip_message("fragments", 1600), "192.0.2.1", "192.0.2.2");
  const auto fragment = [&](int64_t at_ns, const char* src, uint16_t id, bool first) {
    return build::TimedPacket{
        at_ns, build::ipv4_fragment(first ? whole.substr(0, 1480) : whole.substr(1480), 17, src,
                                    "192.0.2.2", id, first ? 0 : 1480, first)};
  };
  const build::TimedPacket small = {
      1'000'000'000, build::ip(build::udp(build::sip_message("small"), "192.0.2.1", "192.0.2.2"),
                               17, "192.0.2.1", "192.0.2.2")};
  const auto found = [&](const char* name, const std::vector<build::TimedPacket>& packets) {
    return findings({write(name, build::pcap(packets, 101))}).find("cap-fragments-missing") !=
           std::string::npos;
  };
  EXPECT_TRUE(found("later.pcap", {small, fragment(2'000'000'000, "192.0.2.1", 7, false)}));
  EXPECT_FALSE(found("others.pcap", {small, fragment(2'000'000'000, "192.0.2.77", 7, false)}));
  EXPECT_FALSE(found("copies.pcap", {fragment(1'000'000'000, "192.0.2.1", 7, true),
                                     fragment(1'000'001'000, "192.0.2.1", 7, false),
                                     fragment(1'000'002'000, "192.0.2.1", 7, false)}));
}

// Media that a TURN server gets over TCP cannot be seen: the finding must not say that there are
// none.
TEST_F(CaptureFindings, MediaMayBeInTcpThatIsNoSip) {
  const std::string call = capture(
      "host a 192.0.2.1\nhost b 192.0.2.2\n0 a > b INVITE sip:b@192.0.2.2 sdp=192.0.2.30:49000\n"
      "1 b > a 200 sdp=192.0.2.2:5000\n1.1 a > b ACK\n10 a > b BYE\n10.1 b > a 200 (BYE)\n");
  std::vector<build::TimedPacket> segments;
  for (uint32_t i = 0; i < 150; i++) {
    const std::string segment =
        build::tcp("ChannelData", {1 + 11 * i}, "192.0.2.1", "192.0.2.30", 40000, 3478);
    segments.push_back({1'700'000'011'000'000'000 + i * 20'000'000,
                        build::ethernet_ip(build::ip(segment, 6, "192.0.2.1", "192.0.2.30"))});
  }
  const std::string turn = build::pcap(segments).substr(kFileHeader);
  EXPECT_NE(findings({write("turn.pcap", call + turn)}).find("no media over UDP"),
            std::string::npos);
  EXPECT_NE(findings({write("call.pcap", call)}).find("no media at all"), std::string::npos);
}

// A capture with times from 0 on is one like any other.
TEST_F(CaptureFindings, TimeZero) {
  const std::string script =
      "host a 192.0.2.1\nhost b 192.0.2.2\n0.000 a > b INVITE sip:b@192.0.2.2\n"
      "0.500 b > a 200\n0.600 a > b ACK\n9.000 a > b BYE\n9.100 b > a 200 (BYE)\n";
  std::string bytes = capture(script);
  // The 32-bit number at byte `i`: the seconds of a packet, or its length.
  const auto at = [&](size_t i) {
    uint32_t value = 0;
    std::memcpy(&value, bytes.data() + i, 4);
    return value;
  };
  const uint32_t begin = at(24);
  for (size_t i = 24; i < bytes.size(); i += 16 + at(i + 8)) {
    const uint32_t seconds = at(i) - begin;
    std::memcpy(bytes.data() + i, &seconds, 4);
  }
  const RunResult result = run_binary({"calls", write("zero.pcap", bytes), "--format", "csv",
                                       "--columns", "state,setup_ms,duration_ms"});
  EXPECT_EQ(result.out, "state,setup_ms,duration_ms\ncompleted,500.000,8500.000\n");
}

// One call after the other; those of `blocked` get no audio from the callee, whose ports are
// `apart` from those of the others.
std::string calls_by_port(int calls, int blocked, bool apart) {
  std::ostringstream script;
  script << "host a 192.0.2.1\nhost b 192.0.2.2\n";
  for (int i = 0; i < calls; i++) {
    const bool silent = i % (calls / blocked) == 0;
    const int port = (silent || !apart ? 30000 : 10000) + 2 * i;
    const double t = i * 10.0;
    const std::string call = " call=c" + std::to_string(i);
    script << t << " a > b INVITE sip:b@192.0.2.2 sdp=192.0.2.1:" << 4000 + 2 * i << call << "\n"
           << t + 1 << " b > a 200 sdp=192.0.2.2:" << port << call << "\n"
           << t + 1.1 << " a > b ACK" << call << "\n"
           << t + 1.2 << " a:" << 4000 + 2 * i << " > b:" << port << " rtp for=5 ssrc=" << 2 * i + 1
           << "\n";
    if (!silent) {
      script << t + 1.2 << " b:" << port << " > a:" << 4000 + 2 * i
             << " rtp for=5 ssrc=" << 2 * i + 2 << "\n";
    }
    script << t + 7 << " a > b BYE" << call << "\n"
           << t + 7.1 << " b > a 200 (BYE)" << call << "\n";
  }
  return script.str();
}

TEST_F(CaptureFindings, PortsThatOnlyFailedCallsUse) {
  const std::string found = findings({write("ports.pcap", capture(calls_by_port(24, 6, true)))});
  EXPECT_NE(
      found.find("error,audio-port-range,\"all 6 calls in which somebody hears nothing use ports "
                 "30000-30040 of 192.0.2.2, and none of the 18 two-way calls does\""),
      std::string::npos)
      << found;
}

TEST_F(CaptureFindings, PortsThatGoodCallsUseTooTellNothing) {
  const std::string found = findings({write("mixed.pcap", capture(calls_by_port(24, 6, false)))});
  EXPECT_EQ(found.find("audio-port-range"), std::string::npos) << found;
}

}  // namespace
}  // namespace sipladder::capture_findings_test
