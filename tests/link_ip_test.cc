// Link layers, tunnels, IP fragments, ICMP errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "decode/decoder.h"
#include "tests/support/encapsulations.h"
#include "tests/support/packet_builder.h"

namespace sipladder::link_ip_test {
namespace {

using namespace build;

const std::string kA = "10.0.0.1";
const std::string kB = "192.0.2.9";
const std::string kA6 = "2001:db8::1";
const std::string kB6 = "2001:db8::2";

std::string inner() {
  return ip(udp("hello", kA, kB, 1111, 2222), 17, kA, kB);
}
std::string inner6() {
  return ip(udp("hello", kA6, kB6, 1111, 2222), 17, kA6, kB6);
}
class Decoding : public ::testing::Test {
 protected:
  Fate decode(const std::string& raw, uint16_t link_type = 1, int64_t time_ns = 1'000'000'000) {
    raw_ = raw;  // the payloads point into it
    return decoder_.decode(packet(raw_, link_type, ++frame_, time_ns), &out_);
  }
  uint64_t count(Oddity oddity) const { return decoder_.oddities()[static_cast<size_t>(oddity)]; }

  Decoder decoder_;
  std::string raw_;
  std::vector<Datagram> out_;
  uint32_t frame_ = 0;
};

TEST_F(Decoding, EveryEncapsulationGivesTheSameDatagram) {
  for (const Encapsulation& row : encapsulations()) {
    SCOPED_TRACE(row.name);
    const std::string packet = row.wrap(inner());
    ASSERT_EQ(name_of(decode(packet, row.link_type)), "payload");
    ASSERT_EQ(out_.size(), 1U);
    EXPECT_EQ(out_[0].payload, "hello");
    EXPECT_EQ(to_string(out_[0].src), "10.0.0.1:1111");
    EXPECT_EQ(to_string(out_[0].dst), "192.0.2.9:2222");
    EXPECT_EQ(out_[0].ip_id, 7);
    EXPECT_EQ(out_[0].dscp, 26);
    EXPECT_FALSE(out_[0].truncated);
    EXPECT_EQ(packet.substr(out_[0].ref.offset, out_[0].ref.length), "hello");
  }
}

// What Wireshark exports: tags, then the message.
TEST_F(Decoding, ExportedPdu) {
  const auto tag = [](unsigned type, const std::string& value) {
    return number16(type) + number16(static_cast<unsigned>(value.size())) + value;
  };
  const auto pdu = [&](const std::string& protocol, unsigned port_type) {
    return tag(12, protocol) + tag(20, bytes({10, 0, 0, 1})) + tag(21, bytes({192, 0, 2, 9})) +
           tag(24, number32(port_type)) + tag(25, number32(40000)) + tag(26, number32(5061)) +
           tag(0, "");
  };
  ASSERT_EQ(name_of(decode(pdu(std::string("sip\0", 4), 2) + "hello", 252)), "payload");
  ASSERT_EQ(out_.size(), 1U);
  EXPECT_EQ(out_[0].payload, "hello");
  EXPECT_EQ(to_string(out_[0].src) + " " + to_string(out_[0].dst), "10.0.0.1:40000 192.0.2.9:5061");
  EXPECT_EQ(out_[0].transport, Transport::tls);
  EXPECT_EQ(out_[0].kind, PayloadKind::message);
  EXPECT_EQ(name_of(decode(pdu("rtp", 3) + "hello", 252)), "payload");
  EXPECT_EQ(out_[0].transport, Transport::udp);
  EXPECT_EQ(name_of(decode(pdu("http", 2) + "hello", 252)), "tcp_other");
  const std::string whole = pdu("sip", 3) + "hello";
  for (size_t size = 0; size + 5 < whole.size(); size++)
    EXPECT_EQ(name_of(decode(whole.substr(0, size), 252)), "link_truncated") << size;
}

TEST_F(Decoding, Ipv6InEveryCarrier) {
  for (const Encapsulation& row : ipv6_encapsulations()) {
    SCOPED_TRACE(row.name);
    ASSERT_EQ(name_of(decode(row.wrap(inner6()), row.link_type)), "payload");
    EXPECT_EQ(out_[0].payload, "hello");
    EXPECT_EQ(to_string(out_[0].src), "[2001:db8::1]:1111");
    EXPECT_EQ(out_[0].dscp, 26);
  }
}

TEST_F(Decoding, PortAloneIsNoTunnel) {
  for (const int number : {4789, 8472, 4790, 6081, 2152, 1701, 3544, 37008, 7932, 6635}) {
    const auto port = static_cast<uint16_t>(number);
    ASSERT_EQ(decode(outer_udp(sip_message("x"), port)), Fate::payload);
    EXPECT_EQ(out_[0].payload, sip_message("x"));
  }
}

TEST_F(Decoding, DepthIsLimited) {
  std::string nested = inner();
  for (int i = 0; i < 7; i++) nested = ip(nested, 4, kA, kB);
  EXPECT_EQ(decode(nested, 101), Fate::payload);
  EXPECT_EQ(decode(ip(nested, 4, kA, kB), 101), Fate::depth_exceeded);
  // An authentication header counts as a layer, and at the limit it has a fate too.
  const auto with_ah = [](const std::string& datagram) {
    return bytes({17, 4}) + std::string(22, '\0') + datagram;
  };
  const std::string innermost = with_ah(udp("hello", kA, kB));
  nested = ip(innermost, 51, kA, kB);
  for (int i = 0; i < 6; i++) nested = ip(nested, 4, kA, kB);
  EXPECT_EQ(decode(nested, 101), Fate::payload);
  EXPECT_EQ(decode(ip(nested, 4, kA, kB), 101), Fate::depth_exceeded);
}

TEST_F(Decoding, Fates) {
  EXPECT_EQ(decode(inner(), 200), Fate::link_unsupported);
  EXPECT_EQ(decode(ethernet(std::string(28, '\0'), 0x0806)), Fate::not_ip);
  EXPECT_EQ(decode(ip("x", 89, kA, kB), 101), Fate::protocol_other);
  EXPECT_EQ(decode(ip(udp("", kA, kB), 17, kA, kB), 101), Fate::udp_empty);
  EXPECT_EQ(decode(bytes({0x41}) + inner().substr(1), 101), Fate::ip_malformed);
  EXPECT_EQ(decode(ip(number16(1) + number16(2) + number16(4) + number16(0), 17, kA, kB), 101),
            Fate::udp_malformed);
}

TEST_F(Decoding, WlanThatCarriesNothing) {
  EXPECT_EQ(decode(wlan_header(0x08, 0x40) + snap_header() + inner(), 105), Fate::wlan_encrypted);
  EXPECT_EQ(decode(wlan_header(0x48, 0) + snap_header() + inner(), 105), Fate::not_ip);
  EXPECT_EQ(decode(wlan_header(0x80, 0) + snap_header() + inner(), 105), Fate::not_ip);
  EXPECT_EQ(decode(bytes({0, 0, 200, 0, 0, 0, 0, 0}) + wlan_header(8, 0), 127),
            Fate::link_truncated);
}

TEST_F(Decoding, JumbogramIsRefused) {
  std::string jumbo = ip(bytes({17, 0, 0xC2, 4, 0, 1, 0, 0}) + udp("hello", kA6, kB6), 0, kA6, kB6);
  jumbo.replace(4, 2, number16(0));
  EXPECT_EQ(decode(jumbo, 101), Fate::ip_malformed);
  EXPECT_EQ(count(Oddity::ipv6_jumbogram), 1U);
}

TEST_F(Decoding, LengthsThatLie) {
  std::string lies = inner();
  lies.replace(2, 2, number16(500));
  EXPECT_EQ(decode(lies, 101), Fate::payload);
  EXPECT_EQ(count(Oddity::ip_length_lies), 1U);
  lies.replace(2, 2, number16(0));  // segmentation offload
  EXPECT_EQ(decode(lies, 101), Fate::payload);
  EXPECT_EQ(out_[0].payload, "hello");
  EXPECT_FALSE(out_[0].truncated);
  EXPECT_EQ(count(Oddity::ip_length_lies), 1U);
}

TEST_F(Decoding, SnapLength) {
  const std::string whole = ethernet_ip(inner());
  const std::string cut = whole.substr(0, whole.size() - 2);
  Packet snapped = packet(cut);
  snapped.original = static_cast<uint32_t>(whole.size());
  EXPECT_EQ(decoder_.decode(snapped, &out_), Fate::payload);
  EXPECT_EQ(out_[0].payload, "hel");
  EXPECT_TRUE(out_[0].truncated);
  EXPECT_EQ(count(Oddity::snapped), 1U);
}

std::vector<std::string> fragments_of(const std::string& whole, bool v6, size_t size) {
  std::vector<std::string> result;
  for (size_t at = 0; at < whole.size(); at += size) {
    const std::string part = whole.substr(at, size);
    const bool more = at + size < whole.size();
    result.push_back(v6 ? ipv6_fragment(part, 17, kA6, kB6, 9, at, more)
                        : ipv4_fragment(part, 17, kA, kB, 9, at, more));
  }
  return result;
}

TEST_F(Decoding, FragmentsInAnyOrder) {
  const std::string text = sip_message("fragments", 50);
  for (const bool v6 : {false, true}) {
    const std::string whole = v6 ? udp(text, kA6, kB6) : udp(text, kA, kB);
    std::vector<std::string> parts = fragments_of(whole, v6, 104);
    std::sort(parts.begin(), parts.end());
    do {
      for (size_t i = 0; i + 1 < parts.size(); i++) {
        ASSERT_EQ(decode(parts[i], 101), Fate::fragment_waiting);
        ASSERT_EQ(decode(parts[i], 101), Fate::fragment_waiting);  // a duplicate
      }
      ASSERT_EQ(decode(parts.back(), 101), Fate::payload);
      ASSERT_EQ(out_[0].payload, text);
      EXPECT_EQ(out_[0].frame, frame_);
      EXPECT_EQ(out_[0].ip_id, v6 ? 0 : 9);
      EXPECT_FALSE(out_[0].ref.is_stored());  // put together: no packet holds these bytes
    } while (std::next_permutation(parts.begin(), parts.end()));
  }
  EXPECT_EQ(count(Oddity::fragment_overlap), 0U);
}

TEST_F(Decoding, OverlappingFragmentsFirstWins) {
  const std::string whole = udp(std::string(40, 'a'), kA, kB);
  EXPECT_EQ(decode(ipv4_fragment(whole.substr(0, 24), 17, kA, kB, 1, 0, true), 101),
            Fate::fragment_waiting);
  EXPECT_EQ(decode(ipv4_fragment(std::string(16, 'b'), 17, kA, kB, 1, 16, true), 101),
            Fate::fragment_waiting);
  EXPECT_EQ(decode(ipv4_fragment(whole.substr(32), 17, kA, kB, 1, 32, false), 101), Fate::payload);
  EXPECT_EQ(out_[0].payload, std::string(16, 'a') + std::string(8, 'b') + std::string(16, 'a'));
  EXPECT_EQ(count(Oddity::fragment_overlap), 1U);
}

TEST_F(Decoding, FragmentsAreBounded) {
  for (unsigned id = 0; id < 5000; id++) {
    decode(ipv4_fragment(std::string(16, 'a'), 17, kA, kB, static_cast<uint16_t>(id), 8, true),
           101);
  }
  EXPECT_EQ(count(Oddity::fragment_evicted), 5000U - 4096U);
  decode(ipv4_fragment(std::string(16, 'a'), 17, kB, kA, 1, 8, true), 101, 60'000'000'000);
  EXPECT_EQ(count(Oddity::fragment_evicted), 5000U);
}

TEST_F(Decoding, FirstFragmentAloneIsRemembered) {
  const std::string whole = udp(sip_message("cut", 100), kA, kB, 5062, 5060);
  const std::vector<std::string> parts = fragments_of(whole, false, 104);
  EXPECT_EQ(decode(parts[0], 101, 7'000'000'000), Fate::fragment_waiting);
  decode(ipv4_fragment(std::string(16, 'a'), 17, kA, kB, 1, 8, true), 101);
  decoder_.finish(&out_);
  EXPECT_TRUE(out_.empty());
  EXPECT_EQ(count(Oddity::fragment_incomplete), 2U);
  ASSERT_EQ(decoder_.incomplete_sip_fragments().size(), 1U);
  const IncompleteSip& cut = decoder_.incomplete_sip_fragments()[0];
  EXPECT_EQ(cut.frame, 1U);
  EXPECT_EQ(cut.time_ns, 7'000'000'000);
  EXPECT_EQ(to_string(cut.src), "10.0.0.1:5062");
  EXPECT_EQ(to_string(cut.dst), "192.0.2.9:5060");
}

TEST_F(Decoding, IcmpErrorQuotesTheDatagram) {
  const std::string head = bytes({3, 3, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(decode(ip(head + inner(), 1, kB, kA), 101), Fate::payload);
  ASSERT_EQ(out_.size(), 1U);
  EXPECT_EQ(out_[0].kind, PayloadKind::icmp_error);
  EXPECT_EQ(to_string(out_[0].src), "10.0.0.1:1111");
  EXPECT_EQ(to_string(out_[0].dst), "192.0.2.9:2222");
  EXPECT_EQ(out_[0].payload, "hello");
  EXPECT_EQ(out_[0].icmp_type, 3);
  EXPECT_EQ(out_[0].icmp_code, 3);
  EXPECT_EQ(to_string(out_[0].icmp_from), kB);
  const std::string head6 = bytes({1, 4, 0, 0, 0, 0, 0, 0});
  EXPECT_EQ(decode(ip(head6 + inner6(), 58, kB6, kA6), 101), Fate::payload);
  EXPECT_EQ(out_[0].payload, "hello");
  EXPECT_EQ(decode(ip(bytes({8, 0, 0, 0, 0, 0, 0, 0}), 1, kB, kA), 101), Fate::icmp_other);
}

TEST_F(Decoding, Sctp) {
  const std::string head = number16(5060) + number16(5061) + number32(1) + number32(2);
  const std::string text = sip_message("sctp", 3);
  EXPECT_EQ(decode(ip(head + sctp_data(3, 1, text), 132, kA, kB), 101), Fate::payload);
  EXPECT_EQ(out_[0].payload, text);
  EXPECT_EQ(out_[0].transport, Transport::sctp);
  EXPECT_EQ(decode(ip(head + sctp_data(3, 1, text), 132, kA, kB), 101), Fate::sctp_resent);
  const std::string middle = sctp_data(0, 11, text.substr(9, 9));
  EXPECT_EQ(decode(ip(head + sctp_data(1, 12, text.substr(18)), 132, kA, kB), 101),
            Fate::sctp_waiting);
  EXPECT_EQ(decode(ip(head + sctp_data(2, 10, text.substr(0, 9)) + middle, 132, kA, kB), 101),
            Fate::payload);
  EXPECT_EQ(out_[0].payload, text);
}

// The numbers wrap behind 0xFFFFFFFE, whose complement is 1: that is no copy.
TEST_F(Decoding, SctpNumbersWrap) {
  const std::string head = number16(5060) + number16(5061) + number32(1) + number32(2);
  for (const uint32_t first : {0xFFFFFFC0U, 0xFFFFFFFEU, 0x7FFFFFF0U, 0U}) {
    const std::string a = "10.0.1." + std::to_string(first & 0xFF);
    for (uint32_t i = 0; i < 200; i++) {
      const std::string chunk = sctp_data(3, first + i, sip_message("wrap"));
      ASSERT_EQ(decode(ip(head + chunk, 132, a, kB), 101), Fate::payload) << first << "+" << i;
      ASSERT_EQ(decode(ip(head + chunk, 132, a, kB), 101), Fate::sctp_resent);
    }
  }
}

std::string interleaved_data(int flags, uint32_t tsn, uint32_t message, uint32_t number,
                             const std::string& payload) {
  std::string chunk = bytes({64, flags}) + number16(static_cast<unsigned>(payload.size() + 20));
  chunk +=
      number32(tsn) + number16(1) + number16(0) + number32(message) + number32(number) + payload;
  return chunk + std::string((4 - chunk.size() % 4) % 4, '\0');
}

TEST_F(Decoding, SctpInterleavedData) {
  const std::string head = number16(5060) + number16(5061) + number32(1) + number32(2);
  const std::string one = sip_message("one", 3);
  const std::string two = sip_message("two", 5);
  const auto send = [&](const std::string& chunk) {
    return decode(ip(head + chunk, 132, kA, kB), 101);
  };
  EXPECT_EQ(send(interleaved_data(3, 1, 1, 46, one)), Fate::payload);
  EXPECT_EQ(out_[0].payload, one);
  EXPECT_EQ(send(interleaved_data(2, 2, 2, 46, one.substr(0, 20))), Fate::sctp_waiting);
  EXPECT_EQ(send(interleaved_data(2, 3, 3, 46, two.substr(0, 20))), Fate::sctp_waiting);
  EXPECT_EQ(send(interleaved_data(1, 5, 3, 1, two.substr(20))), Fate::payload);
  EXPECT_EQ(out_[0].payload, two);
  EXPECT_EQ(send(interleaved_data(1, 4, 2, 1, one.substr(20))), Fate::payload);
  EXPECT_EQ(out_[0].payload, one);
}

// Exact copies on the heap, so that the sanitizer sees the first byte read beyond the end.
TEST_F(Decoding, TruncatedAndDamagedAnywhere) {
  struct Case {
    const char* name;
    uint16_t link_type;
    std::string packet;
  };
  std::vector<Case> cases;
  for (const Encapsulation& row : encapsulations()) {
    cases.push_back({row.name, row.link_type, row.wrap(inner())});
  }
  for (const Encapsulation& row : ipv6_encapsulations()) {
    cases.push_back({row.name, row.link_type, row.wrap(inner6())});
  }
  cases.push_back({"icmp", 101, ip(bytes({3, 3, 0, 0, 0, 0, 0, 0}) + inner(), 1, kB, kA)});
  cases.push_back({"sctp", 101, ip(std::string(12, 'a') + sctp_data(3, 1, "x"), 132, kA, kB)});
  cases.push_back({"tcp", 101, ip(tcp(sip_message("t"), {}, kA, kB), 6, kA, kB)});
  for (const Case& test : cases) {
    for (size_t size = 0; size <= test.packet.size(); size++) {
      const auto copy = std::make_unique<uint8_t[]>(size);
      std::copy_n(test.packet.begin(), size, copy.get());
      Packet cut = packet(test.packet, test.link_type);
      cut.data = copy.get();
      cut.ref.length = static_cast<uint32_t>(size);
      Fate fate = decoder_.decode(cut, &out_);
      EXPECT_EQ(fate == Fate::payload, !out_.empty());
      cut.original = cut.ref.length;
      fate = decoder_.decode(cut, &out_);
      EXPECT_EQ(fate == Fate::payload, !out_.empty());
    }
    for (size_t at = 0; at < std::min<size_t>(test.packet.size(), 120); at++) {
      for (const int flip : {0x01, 0x80, 0xFF, 0x0F}) {
        std::string damaged = test.packet;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        const auto copy = std::make_unique<uint8_t[]>(damaged.size());
        std::copy(damaged.begin(), damaged.end(), copy.get());
        Packet one = packet(damaged, test.link_type);
        one.data = copy.get();
        decoder_.decode(one, &out_);
      }
    }
  }
}

TEST(Address, ScopeAndText) {
  const struct {
    const char* text;
    AddressScope scope;
  } kCases[] = {
      {"10.1.2.3", AddressScope::private_},        {"172.31.0.1", AddressScope::private_},
      {"172.32.0.1", AddressScope::public_},       {"100.64.0.1", AddressScope::cgnat},
      {"192.0.0.4", AddressScope::private_},       {"192.0.1.4", AddressScope::public_},
      {"169.254.1.1", AddressScope::link_local},   {"127.0.0.1", AddressScope::loopback},
      {"239.1.1.1", AddressScope::multicast},      {"0.0.0.0", AddressScope::unspecified},
      {"203.0.113.1", AddressScope::public_},      {"fd00::1", AddressScope::private_},
      {"fe80::1", AddressScope::link_local},       {"::1", AddressScope::loopback},
      {"::", AddressScope::unspecified},           {"ff02::1", AddressScope::multicast},
      {"::ffff:10.0.0.1", AddressScope::private_}, {"2001:db8::1", AddressScope::public_},
  };
  for (const auto& test : kCases) {
    const auto ip = parse_ip(test.text);
    ASSERT_TRUE(ip) << test.text;
    EXPECT_EQ(scope_of(*ip), test.scope) << test.text;
    EXPECT_EQ(to_string(*ip), test.text);
  }
  EXPECT_EQ(to_string(Endpoint{*parse_ip("[2001:DB8:0::1]"), 5060}), "[2001:db8::1]:5060");
  EXPECT_FALSE(parse_ip("10.0.0"));
  EXPECT_FALSE(parse_ip(""));
}

}  // namespace
}  // namespace sipladder::link_ip_test
