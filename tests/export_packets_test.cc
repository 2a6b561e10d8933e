// export -o FILE.pcap and FILE.pcapng, read back by libpcap.
#include <gtest/gtest.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::export_packets_test {
namespace {

struct Read {
  int64_t time_ns;
  std::string bytes;
  bool operator==(const Read&) const = default;
};
struct ReadCapture {
  std::vector<Read> packets;
  int link_type = -1;
};

// libpcap refuses interfaces that differ, as it does pcapng in the middle of them.
ReadCapture read_back(const std::string& path) {
  char error[PCAP_ERRBUF_SIZE] = {};
  ReadCapture result;
  pcap_t* const file =
      pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, error);
  EXPECT_NE(file, nullptr) << path << ": " << error;
  if (file == nullptr) return result;
  result.link_type = pcap_datalink(file);
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  while (pcap_next_ex(file, &header, &data) == 1) {
    const int64_t time_ns = int64_t{header->ts.tv_sec} * 1'000'000'000 + header->ts.tv_usec;
    result.packets.push_back(
        {time_ns, std::string(reinterpret_cast<const char*>(data), header->caplen)});
  }
  pcap_close(file);
  return result;
}

std::string bytes_of_file(const std::string& path) {
  std::stringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

// Places in `all` of the packets of `some`, which must be there in this order with their times.
std::vector<size_t> places(const std::vector<Read>& some, const std::vector<Read>& all) {
  std::vector<size_t> result;
  size_t at = 0;
  for (const Read& one : some) {
    while (at < all.size() && !(all[at] == one)) at++;
    if (at == all.size()) {
      ADD_FAILURE() << "a packet that is not in the capture, or out of its order";
      return result;
    }
    result.push_back(at++);
  }
  return result;
}

class ExportPackets : public testing::Test {
 protected:
  std::vector<Read> exported(std::vector<std::string> arguments, const std::string& ending) {
    const std::string path = scratch_path("out" + ending);
    arguments.insert(arguments.begin(), {"export", "-o", path});
    const RunResult result = run_binary(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    const ReadCapture capture = read_back(path);
    std::filesystem::remove(path);
    return capture.packets;
  }
};

constexpr const char* kTwoCalls = R"(host alice 192.0.2.101
host bob 192.0.2.102
host carol 192.0.2.103
0.000 alice > bob INVITE sip:bob@example.com call=one sdp=192.0.2.101:4000
0.001 carol > bob INVITE sip:bob@example.com call=two from=carol sdp=192.0.2.103:4000
0.100 bob > alice 200 call=one sdp=192.0.2.102:5000
0.101 bob > carol 200 call=two sdp=192.0.2.102:5002
0.200 alice > bob ACK call=one
0.201 carol > bob ACK call=two
0.250 alice:4000 > bob:5000 stun name=B:A count=1
0.251 carol:4000 > bob:5002 stun name=D:C count=1
0.300 alice:4000 > bob:5000 rtp for=1 pt=0 ssrc=1
0.301 carol:4000 > bob:5002 rtp for=1 pt=0 ssrc=2
0.302 bob:5000 > alice:4000 rtp for=1 pt=0 ssrc=3
0.900 bob:5001 > alice:4001 rtcp of=1 lost=0 high=9
0.901 bob:5003 > carol:4001 rtcp of=2 lost=0 high=9
0.950 bob > alice icmp 3 alice:4000 > bob:5000
0.951 bob > carol icmp 3 carol:4000 > bob:5002
2.000 alice > bob BYE call=one
2.100 bob > alice 200 (BYE) call=one
3.000 alice > bob INVITE sip:bob@example.com call=three sdp=192.0.2.101:4000
3.100 bob > alice 200 call=three sdp=192.0.2.102:5000
3.200 alice > bob ACK call=three
3.300 alice:4000 > bob:5000 rtp for=1 pt=0 ssrc=1 seq=900
4.500 bob:5001 > alice:4001 rtcp of=1 lost=0 high=950
5.000 alice > bob BYE call=three
)";

// Every packet of a call is in its file, in order, and in no other one.
TEST_F(ExportPackets, EachCallHasItsOwn) {
  const std::string path = write_flow(scratch_path("two.pcap"), kTwoCalls);
  const std::vector<Read> all = read_back(path).packets;
  ASSERT_GT(all.size(), 200u);
  std::set<size_t> seen;
  size_t sum = 0;
  for (const char* call : {"1", "2", "3"}) {
    const auto of_call = places(exported({"--call", call, path}, ".pcap"), all);
    EXPECT_EQ(of_call, places(exported({"--call", call, path}, ".pcapng"), all));
    sum += of_call.size();
    seen.insert(of_call.begin(), of_call.end());
  }
  EXPECT_EQ(sum, all.size());
  EXPECT_EQ(seen.size(), all.size());
  EXPECT_EQ(exported({path}, ".pcap"), all);
}

TEST_F(ExportPackets, SipOnly) {
  const std::string path = write_flow(scratch_path("sip-only.pcap"), kTwoCalls);
  const auto sip = exported({"--call", "1", "--sip-only", path}, ".pcap");
  EXPECT_EQ(sip.size(), 5u);
  for (const Read& packet : sip) EXPECT_NE(packet.bytes.find("SIP/2.0"), std::string::npos);
}

// A shared connection is exported whole, another one between the same ports is not.
TEST_F(ExportPackets, TcpConnectionsAreWhole) {
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string one = build::sip_message("one"), two = build::sip_message("two");
  const auto segment = [&](const std::string& payload, uint32_t sequence, uint8_t flags) {
    return build::ethernet_ip(
        build::ip(build::tcp(payload, {sequence, 0, flags}, a, b, 40000, 5060), 6, a, b));
  };
  std::vector<build::TimedPacket> packets;
  const auto add = [&](const std::string& bytes) {
    packets.push_back({int64_t{1'000'000'000} + static_cast<int64_t>(packets.size()), bytes});
  };
  add(segment("", 99, 0x02));
  add(segment(one, 100, 0x18));
  const auto behind = static_cast<uint32_t>(100 + one.size());
  add(segment(two.substr(0, 40), behind, 0x18));
  add(segment(two.substr(40), behind + 40, 0x18));
  add(segment("", behind + static_cast<uint32_t>(two.size()), 0x11));
  add(segment("", 5000, 0x02));
  add(segment(build::sip_message("three"), 5001, 0x18));
  const std::string path = scratch_path("tcp.pcap");
  std::ofstream(path, std::ios::binary) << build::pcap(packets);
  const std::vector<Read> all = read_back(path).packets;
  const std::vector<size_t> first = {0, 1, 2, 3, 4}, second = {5, 6};
  EXPECT_EQ(places(exported({"--call-id", "one", path}, ".pcap"), all), first);
  EXPECT_EQ(places(exported({"--call-id", "two", path}, ".pcap"), all), first);
  EXPECT_EQ(places(exported({"--call-id", "three", path}, ".pcap"), all), second);
}

TEST_F(ExportPackets, FragmentsBelongToTheirMessage) {
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  std::vector<build::TimedPacket> packets;
  const auto add = [&](const std::string& ip) {
    packets.push_back(
        {int64_t{1'000'000'001} + static_cast<int64_t>(packets.size()), build::ethernet_ip(ip)});
  };
  const std::string one = build::udp(build::sip_message("one", 100), a, b);
  const std::string two = build::udp(build::sip_message("two", 100), a, b);
  add(build::ipv4_fragment(one.substr(0, 64), 17, a, b, 7, 0, true));
  add(build::ipv4_fragment(two.substr(64), 17, a, b, 8, 64, false));
  add(build::ipv4_fragment(two.substr(0, 64), 17, a, b, 8, 0, true));
  add(build::ipv4_fragment(one.substr(64), 17, a, b, 7, 64, false));
  const std::string path = scratch_path("fragments.pcap");
  std::ofstream(path, std::ios::binary) << build::pcap(packets);
  const std::vector<Read> all = read_back(path).packets;
  const std::vector<size_t> first = {0, 3}, second = {1, 2};
  EXPECT_EQ(places(exported({"--call-id", "one", path}, ".pcap"), all), first);
  EXPECT_EQ(places(exported({"--call-id", "two", path}, ".pcap"), all), second);
}

// What cannot be read twice is kept as it passes.
TEST_F(ExportPackets, FromStandardInputAsFromAFile) {
  const std::string path = write_flow(scratch_path("piped.pcap"), kTwoCalls);
  for (const std::string ending : {".pcap", ".pcapng"}) {
    const std::string from_file = scratch_path("file" + ending);
    const std::string from_pipe = scratch_path("pipe" + ending);
    EXPECT_EQ(run_binary({"export", "-o", from_file, "--call", "1", path}).status, 0);
    const RunResult piped =
        run_binary({"export", "-o", from_pipe, "--call", "1", "-"}, bytes_of_file(path));
    EXPECT_EQ(piped.status, 0) << piped.err;
    EXPECT_EQ(bytes_of_file(from_pipe), bytes_of_file(from_file));
    EXPECT_GT(bytes_of_file(from_pipe).size(), 1000u);
  }
}

TEST_F(ExportPackets, LinkTypesThatDifferNeedPcapng) {
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string ip = build::ip(build::udp(build::sip_message("one"), a, b), 17, a, b);
  const std::string ethernet = scratch_path("ethernet.pcap"), raw = scratch_path("raw.pcap");
  std::ofstream(ethernet, std::ios::binary)
      << build::pcap({{1'000'000'000, build::ethernet_ip(ip)}});
  std::ofstream(raw, std::ios::binary) << build::pcap({{2'000'000'000, ip}}, 101);
  const std::string out = scratch_path("mixed.pcap");
  const RunResult refused = run_binary({"export", "-o", out, ethernet, raw});
  EXPECT_EQ(refused.status, 4);
  EXPECT_NE(refused.err.find(".pcapng"), std::string::npos) << refused.err;
  EXPECT_FALSE(exists(out));
  const RunResult written = run_binary({"export", "-o", out + "ng", ethernet, raw});
  EXPECT_EQ(written.status, 0) << written.err;
  const RunResult again =
      run_binary({"sql", out + "ng", "SELECT count(*) FROM messages", "--format", "csv"});
  EXPECT_NE(again.out.find("\n2\n"), std::string::npos) << again.out;
}

TEST_F(ExportPackets, CommentsHoldFindings) {
  const std::string sample = root_path("samples/one-way-icmp.pcap");
  const std::string out = scratch_path("comments.pcapng");
  EXPECT_EQ(run_binary({"export", "-o", out, "--comments", sample}).status, 0);
  EXPECT_NE(bytes_of_file(out).find("error audio-icmp-unreachable: "), std::string::npos);
  EXPECT_NE(bytes_of_file(out).find(" (frame numbers of one-way-icmp.pcap)"), std::string::npos);
  EXPECT_EQ(run_binary({"export", "-o", out, sample}).status, 0);
  EXPECT_EQ(bytes_of_file(out).find("audio-icmp"), std::string::npos);
  const RunResult pcap = run_binary({"export", "-o", "x.pcap", "--comments", sample});
  EXPECT_EQ(pcap.status, 2);
  EXPECT_NE(pcap.err.find("pcapng"), std::string::npos);
}

TEST_F(ExportPackets, RefusesToOverwriteItsSource) {
  const std::string path = write_flow(scratch_path("own.pcap"), kTwoCalls);
  const std::string before = bytes_of_file(path);
  const RunResult result = run_binary({"export", "-o", path, path});
  EXPECT_EQ(result.status, 4);
  EXPECT_NE(result.err.find("the capture that is read"), std::string::npos) << result.err;
  EXPECT_EQ(bytes_of_file(path), before);
}

TEST_F(ExportPackets, WiresharkFilterNamesCallAndMedia) {
  const std::string path = write_flow(scratch_path("filter.pcap"), kTwoCalls);
  const RunResult filter = run_binary({"export", "--wireshark-filter", "--call", "1", path});
  EXPECT_EQ(filter.status, 0) << filter.err;
  EXPECT_EQ(filter.out,
            "sip.Call-ID == \"one\" || (ip.addr == 192.0.2.101 && udp.port == 4000 && ip.addr == "
            "192.0.2.102 && udp.port == 5000) || (ip.addr == 192.0.2.101 && udp.port == 4001 && "
            "ip.addr == 192.0.2.102 && udp.port == 5001)\n");
}

}  // namespace
}  // namespace sipladder::export_packets_test
