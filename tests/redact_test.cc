// redact IN OUT: what is found stays, what tells about people and hosts goes.
#include "export/redact/redact.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "correlate/model/message_view.h"
#include "decode/sip_message.h"
#include "export/redact/grammar.h"
#include "export/redact/replacer.h"
#include "export/redact/sip_text.h"
#include "query/session.h"
#include "tests/support/flow_pages.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"
#include "tests/support/run_binary.h"
#include "tests/support/scratch.h"
#include "tests/support/written_flow.h"

namespace sipladder::redact_test {
namespace {

std::string contents(const std::string& path) {
  std::stringstream all;
  all << std::ifstream(path, std::ios::binary).rdbuf();
  return all.str();
}

std::string small(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

// Code, severity and frames of each finding, then state and verdict of each call.
std::vector<std::string> judged(const std::string& path) {
  Session session;
  std::vector<std::string> errors;
  session.set_source(open_captures({path}, {}, session.log, &errors));
  session.run();
  std::vector<std::string> result;
  for (const Finding* finding : session.analyst.all()) {
    std::string line = std::string(finding->code) + " " + std::string(to_string(finding->severity));
    for (const uint32_t frame : finding->evidence) line += " " + std::to_string(frame);
    result.push_back(line);
  }
  for (const CallId id : session.model.calls.ids()) {
    const CallAnalysis& call = session.analyst.of(id);
    result.push_back(std::to_string(static_cast<int>(session.model.calls[id].state)) + " " +
                     std::to_string(static_cast<int>(call.audio)) + " " +
                     std::string(call.audio_cause) + " " + std::string(call.scenario));
  }
  std::sort(result.begin(), result.end());
  return result;
}

RedactReport redacted(const std::string& in, const std::string& out) {
  RedactOptions options;
  options.in = in;
  options.out = out;
  options.key = "a key";
  options.map_path = out + ".map";
  const RedactReport report = redact(options);
  EXPECT_EQ(report.unreadable, "") << in;
  EXPECT_EQ(report.unwritable, "") << in;
  return report;
}

// Adds runs of letters and digits that are long enough not to occur by chance, without words of the
// grammars.
void add_words(std::string_view text, std::set<std::string>* words) {
  constexpr size_t kTelling = 6;
  std::string word;
  for (size_t i = 0; i <= text.size(); i++) {
    if (i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0) {
      word += text[i];
      continue;
    }
    if (word.size() >= kTelling && !is_grammar(word) && !is_common_user(word))
      words->insert(small(word));
    word.clear();
  }
}

// What a capture tells about people and hosts: user parts, hosts, display names, Call-IDs, agents.
std::set<std::string> names_in(const std::string& path) {
  Session session;
  std::vector<std::string> errors;
  session.set_source(open_captures({path}, {}, session.log, &errors));
  session.run();
  std::set<std::string> words;
  MessageView view(session.log);
  for (const MessageId id : session.model.messages.ids()) {
    if (!view.load(session.model.messages[id])) continue;
    for (const HeaderId header : {HeaderId::from, HeaderId::to, HeaderId::contact}) {
      const NameAddr address = parse_name_addr(view.sip().value(header));
      const SipUri uri = parse_uri(address.uri);
      for (const std::string_view part : {address.display, uri.user, uri.host})
        add_words(unescape(part), &words);
    }
    for (const HeaderId header : {HeaderId::call_id, HeaderId::user_agent, HeaderId::server})
      add_words(view.sip().value(header), &words);
  }
  return words;
}

// Reads a map: *from gets the addresses and long numbers that were replaced, *to all replacements.
void read_map(const std::string& path, std::set<std::string>* from, std::set<std::string>* to) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    const std::string word = line.substr(0, tab);
    constexpr size_t kTelling = 7;
    const bool address = word.find_first_of(".:") != std::string::npos;
    const bool number =
        word.size() >= kTelling &&
        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (address || number) from->insert(word);
    to->insert(line.substr(tab + 1));
  }
}

// Whether the word is in the bytes, and not only as a part of a longer number or word.
bool stands_in(const std::string& bytes, const std::string& word) {
  const auto goes_on = [&](size_t at) {
    return at < bytes.size() && std::isalnum(static_cast<unsigned char>(bytes[at])) != 0;
  };
  for (size_t at = bytes.find(word); at != std::string::npos; at = bytes.find(word, at + 1)) {
    if (!(at > 0 && goes_on(at - 1)) && !goes_on(at + word.size())) return true;
  }
  return false;
}

// Returns how many names were looked for.
size_t expect_same_and_clean(const std::string& in) {
  const std::string out = scratch_path("redacted.pcap");
  redacted(in, out);
  EXPECT_EQ(judged(in), judged(out)) << in;
  std::set<std::string> gone = names_in(in), to;
  read_map(out + ".map", &gone, &to);
  const std::string bytes = small(contents(out));
  for (const std::string& word : gone) {
    EXPECT_EQ(to.count(word), 0u) << in << ": " << word << " is a value of the input";
    EXPECT_FALSE(stands_in(bytes, word)) << in << ": " << word << " is still there";
  }
  std::filesystem::remove(out);
  std::filesystem::remove(out + ".map");
  return gone.size();
}

TEST(Redact, SamplesAreJudgedAsBefore) {
  size_t count = 0, names = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root_path("samples"))) {
    if (!entry.path().extension().string().starts_with(".pcap")) continue;
    names += expect_same_and_clean(entry.path().string());
    count++;
  }
  EXPECT_GT(count, 10u);
  EXPECT_GT(names, 5 * count);  // or nothing was looked for
}

TEST(Redact, FlowsOfTheGoldenPagesAreJudgedAsBefore) {
  size_t count = 0;
  for (const auto& page : std::filesystem::directory_iterator(root_path("tests/golden"))) {
    const auto flows = build::flows_of_page(page.path());
    // What is encrypted cannot be heard without its keys, which redact replaces.
    const bool encrypted = page.path().stem().string().find("srtp") != std::string::npos;
    if (flows.empty() || encrypted) continue;
    const build::PageFlow& flow = flows[count % flows.size()];  // one of each page
    const std::string path = write_flow(scratch_path(flow.name + ".pcap"), flow.script);
    expect_same_and_clean(path);
    std::filesystem::remove(path);
    count++;
  }
  EXPECT_GT(count, 50u);
}

// What is found of dates and names of certificates, of alerts, and of unfinished handshakes.
TEST(Redact, FlowsOfTlsAreJudgedAsBefore) {
  size_t count = 0;
  for (const auto& page : std::filesystem::directory_iterator(root_path("tests/golden"))) {
    if (!page.path().stem().string().starts_with("tls-")) continue;
    for (const build::PageFlow& flow : build::flows_of_page(page.path())) {
      const std::string path = write_flow(scratch_path(flow.name + ".pcap"), flow.script);
      expect_same_and_clean(path);
      std::filesystem::remove(path);
      count++;
    }
  }
  EXPECT_GT(count, 15u);
}

TEST(Redact, SameKeySameReplacement) {
  const std::string sample = root_path("samples/two-way.pcap");
  const std::string one = scratch_path("one.pcap"), two = scratch_path("two.pcap");
  redacted(sample, one);
  redacted(sample, two);
  EXPECT_EQ(contents(one), contents(two));
  EXPECT_EQ(run_binary({"redact", sample, two}).status, 0);
  EXPECT_NE(contents(one), contents(two));
}

TEST(Redact, MapIsForItsOwnerAlone) {
  const std::string out = scratch_path("mapped.pcap"), map = scratch_path("mapped.map");
  std::ofstream(map) << "readable before\n";
  const RunResult result =
      run_binary({"redact", root_path("samples/two-way.pcap"), out, "--map", map});
  EXPECT_EQ(result.status, 0) << result.err;
  struct stat status {};
  ASSERT_EQ(stat(map.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(contents(map).find("readable before"), std::string::npos);
}

TEST(Redact, InIsNotOut) {
  const std::string path = scratch_path("same.pcap");
  std::filesystem::copy_file(root_path("samples/two-way.pcap"), path);
  const std::string before = contents(path);
  EXPECT_EQ(run_binary({"redact", path, path}).status, 4);
  EXPECT_EQ(contents(path), before);
  EXPECT_EQ(run_binary({"redact", path}).status, 2);
  EXPECT_EQ(run_binary({"redact", path, "x", "--media", "burn"}).status, 2);
}

// Base64, escapes, headers that nobody knows, XML: nothing of the names is left in any of them.
TEST(Redact, NoNameIsLeftInAnyEncoding) {
  const std::string script = R"(host alice 192.0.2.101
host bob 192.0.2.102
0.000 alice > bob INVITE sip:bernadette@example.com sdp=192.0.2.101:4000 from=<sip:bernadette@example.com>
    X-Person: Bernadette of 192.0.2.101
    Refer-To: <sip:%62ernadette@example.com?Replaces=one%40192.0.2.101%3Bto-tag%3Da>
    Identity: eyJvcmlnIjoiYmVybmFkZXR0ZSJ9
    Geolocation: <https://lis.example.com/bernadette>
    Authorization: Digest username="bernadette", realm="example.com", response="0123456789abcdef"
0.100 bob > alice 404
0.200 alice > bob ACK
1.000 alice > bob raw
    bernadette was here, at 192.0.2.101
)";
  const std::string in = write_flow(scratch_path("names.pcap"), script);
  const std::string out = scratch_path("names-out.pcap");
  redacted(in, out);
  const std::string bytes = small(contents(out));
  for (const char* gone : {"bernadette", "%62ernadette", "ymvybmfkzxr0z", "192.0.2.101",
                           "example.com", "0123456789abcdef"})
    EXPECT_EQ(bytes.find(gone), std::string::npos) << gone;
  EXPECT_NE(bytes.find("x-person: ") == std::string::npos,
            bytes.find("refer-to:") == std::string::npos);
  EXPECT_EQ(contents(in).size(), contents(out).size());
}

// A number of a user in texts for people, in parameters of events and in attributes of nobody's.
// Numbers of the protocol stay, also those that a user has too.
TEST(Redact, NoUserOfDigitsIsLeftInAnyText) {
  const std::string sdp =
      "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
      "m=audio 40000 RTP/AVP 0\r\na=X-caller:768000\r\na=rtcp:40000\r\n";
  std::string text =
      "SIP/2.0 486 Busy 768000 Here\r\nFrom: <sip:40000@lab.example>;tag=1\r\n"
      "To: <sip:768000@lab.example>;tag=2\r\nCall-ID: 768000-1\r\nCSeq: 40000 INVITE\r\n"
      "Event: dialog;call-id=768000-1;id=31\r\n"
      "Diversion: <sip:7612@lab.example>;reason=\"by 768000\";counter=1\r\n"
      "Warning: 392 192.0.2.1:5060 \"tells: in_uri=sip:768000@lab.example req 7612\"\r\n"
      "Reason: Q.850;cause=17;text=\"768000 is busy\", X;note=768000\r\n"
      "Retry-After: 40000 (768000 will call back);duration=3600\r\n"
      "Content-Type: application/sdp\r\nContent-Length: " +
      std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
  Replacer replacer(KeyedHash("a key"), false);
  SipText sip(replacer);
  sip.message(text);
  ASSERT_NE(text.find("in_uri=sip:768000@"), std::string::npos);  // it only learns
  replacer.begin_replacing();
  sip.message(text);
  EXPECT_EQ(text.find("768000"), std::string::npos) << text;
  EXPECT_EQ(text.find("7612"), std::string::npos) << text;
  EXPECT_EQ(text.find("392 192.0.2.1:"), std::string::npos) << text;
  for (const char* kept : {"SIP/2.0 486 Busy ", "CSeq: 40000 INVITE", ";id=31", ";counter=1",
                           "Warning: 392 ", ":5060 \"", "Q.850;cause=17;", "Retry-After: 40000 (",
                           ";duration=3600", "m=audio 40000 ", "a=rtcp:40000"})
    EXPECT_NE(text.find(kept), std::string::npos) << kept << " in\n" << text;
}

// What a proxy tells its relay: names go, and the session stays what it was.
TEST(Redact, ControlOfRelaysKeepsItsSessions) {
  const std::string script = R"(host proxy 192.0.2.101 9999
host relay 192.0.2.102 22222
0.000 proxy > relay raw
    4_1 d3:sdp42:c=IN IP4 192.0.2.7
    m=audio 4000 RTP/AVP 07:call-id14:bernadette-one8:from-tag10:bernadette8:metadata10:bernadette7:command5:offere
0.010 relay > proxy raw
    4_1 {"sdp":"o=bernadette 1 1 IN IP4 192.0.2.8\nc=IN IP4 192.0.2.8\nm=audio 30000 RTP\/AVP 0\n","result":"ok","x":"bernadette"}
0.100 proxy > relay raw
    4_2 Lc0 bernadette-one 192.0.2.7 4000 bernadette bernadette
1.000 proxy > relay raw
    4_3 Q bernadette-one bernadette
)";
  const std::string in = write_flow(scratch_path("relay.pcap"), script);
  const std::string out = scratch_path("relay-out.pcap");
  redacted(in, out);
  const std::string bytes = small(contents(out));
  for (const char* gone : {"bernadette", "192.0.2.7", "192.0.2.8"})
    EXPECT_EQ(bytes.find(gone), std::string::npos) << gone;
  EXPECT_EQ(contents(in).size(), contents(out).size());
  const auto rows = [](const std::string& path) {
    Session session;
    std::vector<std::string> errors;
    session.set_source(open_captures({path}, {}, session.log, &errors));
    session.run();
    std::vector<std::string> result;
    for (const RelayPortId id : session.model.relay_ports.ids()) {
      const RelayPort& port = session.model.relay_ports[id];
      const RelaySession& relay = session.model.relay_sessions.at(port.session);
      result.push_back(std::string(to_string(relay.protocol)) + " " +
                       std::to_string(port.address.port) + " " + std::to_string(port.side) + " " +
                       std::to_string(relay.call_id.size()) + " " + std::to_string(port.of_relay));
    }
    EXPECT_EQ(session.model.accounting.classes[static_cast<size_t>(PayloadClass::relay_control)],
              4U);
    return result;
  };
  EXPECT_EQ(rows(in), rows(out));
  EXPECT_EQ(rows(in).size(), 3U);
}

// SIP over TCP, cut into segments within a name: sequence numbers and lengths stay.
TEST(Redact, TcpSegmentsAreReplacedTogether) {
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string message = build::sip_message("bernadette-call");
  const size_t cut = message.find("bernadette") + 4;
  const auto segment = [&](const std::string& payload, uint32_t sequence) {
    return build::ethernet_ip(
        build::ip(build::tcp(payload, {sequence, 0, 0x18}, a, b, 40000, 5060), 6, a, b));
  };
  const std::string in = scratch_path("segments.pcap"), out = scratch_path("segments-out.pcap");
  std::ofstream(in, std::ios::binary) << build::pcap(
      {{1'000'000'000, segment(message.substr(0, cut), 100)},
       {1'001'000'000, segment(message.substr(cut), static_cast<uint32_t>(100 + cut))},
       {1'002'000'000, segment(message.substr(0, cut), 100)}});
  redacted(in, out);
  EXPECT_EQ(contents(out).find("bern"), std::string::npos);
  EXPECT_EQ(contents(out).find("adette"), std::string::npos);
  const RunResult rows =
      run_binary({"sql", out, "SELECT method, src FROM messages", "--format", "csv"});
  EXPECT_NE(rows.out.find("OPTIONS,192."), std::string::npos) << rows.out << rows.err;
  EXPECT_EQ(contents(in).size(), contents(out).size());
}

// The addresses of an IPv6 route stand between two headers (RFC 8200 4.4).
TEST(Redact, RouteOfIpv6IsReplaced) {
  const std::string a = "2001:db8::1", b = "2001:db8::2";
  const std::string hop = build::bytes({0x20, 0x01, 0x0d, 0xb8, 0xaa, 0xaa, 0, 0}) +
                          build::bytes({0, 0, 0, 0, 0, 0, 0, 0x77});
  const std::string route = build::bytes({17, 2, 2, 0, 0, 0, 0, 0}) + hop;
  const std::string in = scratch_path("route.pcap"), out = scratch_path("route-out.pcap");
  const std::string sip = build::udp(build::sip_message("routed"), a, b, 5060, 5060);
  std::ofstream(in, std::ios::binary)
      << build::pcap({{1'000'000'000, build::ethernet_ip(build::ip(route + sip, 43, a, b))}});
  ASSERT_NE(contents(in).find(hop), std::string::npos);
  redacted(in, out);
  EXPECT_EQ(contents(out).find(hop), std::string::npos);
  EXPECT_EQ(contents(out).find(hop.substr(0, 6)), std::string::npos);
  EXPECT_EQ(run_binary({"sql", out, "SELECT count(*) FROM messages", "--format", "csv"}).out,
            "count(*)\n1\n");
}

// Chunks 19 to 21 of HEP name the group of a host and both link-layer addresses.
TEST(Redact, GroupAndMacAddressesOfHepAreReplaced) {
  const std::string mac = build::bytes({0x00, 0x11, 0x22, 0x33, 0x44, 0x55});
  const std::string packed = build::hep3(build::sip_message("grouped"));
  const std::string chunks = packed.substr(6) + build::hep3_chunk(19, "acme-group") +
                             build::hep3_chunk(20, mac) + build::hep3_chunk(21, mac);
  const std::string a = "192.0.2.1", b = "192.0.2.2";
  const std::string in = scratch_path("group.pcap"), out = scratch_path("group-out.pcap");
  std::ofstream(in, std::ios::binary) << build::pcap(
      {{1'000'000'000, build::ethernet_ip(build::ip(
                           build::udp(build::hep3_packet(chunks), a, b, 9060, 9060), 17, a, b))}});
  redacted(in, out);
  EXPECT_EQ(contents(out).find("acme"), std::string::npos);
  EXPECT_EQ(contents(out).find(mac), std::string::npos);
  EXPECT_EQ(run_binary({"sql", out, "SELECT count(*) FROM messages", "--format", "csv"}).out,
            "count(*)\n1\n");
}

TEST(Redact, KeepPrefixKeepsNetworks) {
  const std::string script = R"(host alice 198.51.100.10
host bob 198.51.100.200
host carol 198.51.7.20
0.000 alice > bob OPTIONS sip:bob@example.com call=one
0.100 carol > bob OPTIONS sip:bob@example.com call=two
)";
  const std::string in = write_flow(scratch_path("prefix.pcap"), script);
  const std::string out = scratch_path("prefix-out.pcap");
  EXPECT_EQ(run_binary({"redact", in, out, "--keep-prefix"}).status, 0);
  const RunResult rows =
      run_binary({"sql", out, "SELECT src, dst FROM messages", "--format", "csv"});
  const std::vector<std::string> lines = lines_of(rows.out);
  ASSERT_GE(lines.size(), 3u) << rows.out;
  const auto network = [](const std::string& ip, int octets) {
    size_t at = 0;
    for (int i = 0; i < octets; i++) at = ip.find('.', at) + 1;
    return ip.substr(0, at);
  };
  const std::string alice = csv_fields(lines[1])[0], bob = csv_fields(lines[1])[1],
                    carol = csv_fields(lines[2])[0];
  EXPECT_EQ(network(alice, 3), network(bob, 3));
  EXPECT_EQ(network(alice, 2), network(carol, 2));
  EXPECT_NE(network(alice, 3), network(carol, 3));
}

}  // namespace
}  // namespace sipladder::redact_test
