// Nothing is read beyond the end of an input or before its beginning: each one, and each of its
// truncations, stands between pages that cannot be read (support/guarded_bytes.h). The sanitizers
// see this for what is on the heap; these tests see it also in the build that people run.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "correlate/engine/engine.h"
#include "decode/decoder.h"
#include "decode/media.h"
#include "decode/relay_control.h"
#include "decode/sdp.h"
#include "decode/sip_message.h"
#include "media/loudness.h"
#include "tests/support/encapsulations.h"
#include "tests/support/guarded_bytes.h"
#include "tests/support/hep_builder.h"
#include "tests/support/packet_builder.h"

namespace sipladder::guard_page_test {
namespace {

using namespace build;

// Where 16 bits say how long an input is: its bytes without `header`, in units.
struct LengthField {
  size_t at = 0;
  size_t header = 0;
  size_t unit = 0;  // 0: there is none
};

struct Input {
  std::string name;
  std::string bytes;
  PayloadClass kind = PayloadClass::other;
  LengthField length = {};

  // The first bytes; with a length that is true, so that it is not the first check that ends the
  // reading, or with one that lies.
  std::string cut(size_t size, bool lies) const {
    std::string result = bytes.substr(0, size);
    const bool has_length = length.unit != 0 && size >= length.header && size >= length.at + 2;
    if (!has_length || lies) return result;
    const size_t units = (size - length.header) / length.unit;
    return result.replace(length.at, 2, number16(static_cast<unsigned>(units)));
  }
};

// ---- Inputs

const std::string kSdp =
    "v=0\r\no=- 20518 7 IN IP6 2001:db8::9\r\ns=-\r\nc=IN IP4 192.0.2.9/127\r\nt=0 0\r\n"
    "a=fingerprint:sha-256 AA:BB\r\nm=audio 4000 RTP/SAVPF 0 8 96 101 19\r\nc=IN IP6 "
    "2001:db8::1\r\n"
    "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\na=ptime:20\r\na=rtcp:4001\r\n"
    "a=rtcp-mux\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\na=sendonly\r\n"
    "a=candidate:1 1 UDP 2130706431 192.0.2.1 4000 typ host\r\nm=image 0 udptl t38";

std::string sip(const std::string& start, const std::string& type, const std::string& body) {
  return start +
         "\r\nv: SIP/2.0/UDP [2001:db8::1]:5060 ;branch=z9hG4bK1;rport=5;received=192.0.2.1,"
         "SIP/2.0/TCP a.example;branch=z9hG4bK2\r\nFrom: \"A \\\"x\\\"\" "
         "<sip:a:b@x:5060;lr?h=v>;tag=1"
         "\r\nTo: sip:b@x;tag=\"2\"\r\nCall-ID: guard@page\r\nCSeq: 1 INVITE\r\nSubject: folded\r\n"
         " here\r\n\tand there\r\nm: <sip:a@192.0.2.1>, "
         "<tel:+1;phone-context=x>\r\nContent-Type: " +
         type + "\r\nl: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string rtp(bool everything) {
  const std::string head =
      number16(everything ? 0xB208 : 0x8000) + number16(1) + number32(160) + number32(7);
  if (!everything) return head + std::string(20, '\xD5');
  return head + number32(1) + number32(2) + number16(0xBEDE) + number16(1) + number32(3) +
         std::string(20, '\xD5') + bytes({0, 0, 3});
}

std::string rtcp() {
  const std::string sender = number16(0x81C8) + number16(12) + std::string(48, '\1');
  return sender + number16(0x81CA) + number16(2) + number32(7) + bytes({1, 2, 'a', 0}) +
         number16(0x81CB) + number16(1) + number32(7);
}

std::string stun(int attribute, int family) {
  const std::string address = bytes({0, family}) + std::string(family == 1 ? 6 : 18, '\x21');
  const std::string attributes = number16(0x8022) + number16(5) + "agent" + std::string(3, '\0') +
                                 number16(static_cast<unsigned>(attribute)) +
                                 number16(static_cast<unsigned>(address.size())) + address;
  return number16(0x0101) + number16(static_cast<unsigned>(attributes.size())) +
         number32(0x2112A442) + std::string(12, 't') + attributes;
}

std::string turn_channel(const std::string& data) {
  return number16(0x4001) + number16(static_cast<unsigned>(data.size())) + data;
}

// What a transport carries for us.
std::vector<Input> payloads() {
  return {
      {"request", sip("INVITE sip:b@example.org SIP/2.0", "application/sdp", kSdp),
       PayloadClass::sip},
      {"response", sip("SIP/2.0 200 OK", "application/sdp", kSdp), PayloadClass::sip},
      {"multipart",
       sip("\r\n\r\nUPDATE sip:b@x SIP/2.0", "multipart/mixed;boundary=\"b\"",
           "--b\r\nContent-Type: application/sdp\r\n\r\n" + kSdp + "\r\n--b--\r\n"),
       PayloadClass::sip},
      {"rtp", rtp(false), PayloadClass::rtp},
      {"rtp with everything", rtp(true), PayloadClass::rtp},
      {"rtcp", rtcp(), PayloadClass::rtcp, {2, 4, 4}},
      {"stun", stun(0x0020, 1), PayloadClass::stun, {2, 20, 1}},
      {"stun of ipv6", stun(0x0020, 2), PayloadClass::stun, {2, 20, 1}},
      {"stun of old", stun(0x0001, 1), PayloadClass::stun, {2, 20, 1}},
      {"turn channel", turn_channel(rtp(false)), PayloadClass::turn_channel, {2, 4, 1}},
      {"turn channel with sip", turn_channel(sip_message("turn", 60)), PayloadClass::turn_channel},
      {"dtls", bytes({22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12}) + std::string(12, '\0'),
       PayloadClass::dtls},
      {"keep-alive", "\r\n\r\n", PayloadClass::sip_keepalive},
      {"hep 1", hep1(sip_message("hep"))},
      {"hep 2", hep2(sip_message("hep"))},
      {"hep 3", hep3(sip_message("hep")), PayloadClass::other, {4, 0, 1}},
      {"hep 3 packed", hep3_packed(sip_message("hep")), PayloadClass::other, {4, 0, 1}},
      {"ng", "1_1 d7:command5:offer7:call-id1:x5:flagsl5:trustee", PayloadClass::relay_control},
      {"ng in json", "1_1 {\"command\":\"offer\",\"call-id\":\"\\u00e9\"}",
       PayloadClass::relay_control},
      {"rtpproxy", "1_1 Uc0 id 192.0.2.1 4000 from;1 to;1\n", PayloadClass::relay_control},
      {"sdp", kSdp},
  };
}

// ---- What reads them

// Reads what a view says is there.
void touch(std::string_view view) {
  for (const volatile char& byte : view) static_cast<void>(char{byte});
}

void read_headers(std::string_view bytes) {
  SipIndex sip;
  if (!index_sip(bytes, &sip)) return;
  for (const std::string_view view : {sip.method, sip.request_uri, sip.reason, sip.start_line}) {
    touch(view);
  }
  for (const HeaderLine& header : sip.headers) {
    touch(header.name);
    touch(header.value);
  }
  touch(sip.body);
  touch(find_sdp(sip));
}

void read_value(std::string_view value) {
  const Via via = parse_via(value);
  for (const std::string_view view : {via.transport, via.host, via.branch, via.params}) touch(view);
  const ViaKey key = parse_via_key(value);
  touch(key.sent_by);
  touch(key.branch);
  const NameAddr name = parse_name_addr(value);
  touch(name.display);
  touch(name.params);
  const SipUri uri = parse_uri(name.uri);
  for (const std::string_view view : {uri.user, uri.host, uri.params, uri.headers}) touch(view);
  for (const std::string_view part : split_list(value)) touch(part);
  touch(param(value, "tag").value_or(""));
  touch(tag_of(value));
  touch(parse_cseq(value).method);
  unfold(value);
  parse_candidate(value);
  parse_ip(value);
}

void read_sdp(std::string_view bytes) {
  const Sdp sdp = parse_sdp(bytes);
  for (const std::string_view view : {sdp.origin, sdp.version, sdp.session_address}) touch(view);
  for (const SdpMedia& media : sdp.media) {
    for (const std::string_view view : {media.proto, media.address}) touch(view);
    for (const std::string_view crypto : media.crypto) parse_crypto(crypto);
    for (const SdpFormat& format : media.formats) touch(format.fmtp);
    for (const std::string_view candidate : media.candidates) parse_candidate(candidate);
  }
}

void read_rtp(std::string_view bytes) {
  RtpHeader header;
  if (!parse_rtp(bytes, &header)) return;
  touch(header.payload);
  loudness_of_payload(header.payload_type, header.payload);
}

const struct {
  const char* name;
  void (*read)(std::string_view);
} kReaders[] = {
    {"index_sip", read_headers},
    {"looks_like_sip", [](std::string_view bytes) { looks_like_sip(bytes); }},
    {"frame_sip", [](std::string_view bytes) { frame_sip(bytes); }},
    {"header values", read_value},
    {"parse_sdp", read_sdp},
    {"glance_sdp", [](std::string_view bytes) { glance_sdp(bytes); }},
    {"parse_rtp", read_rtp},
    {"parse_rtcp",
     [](std::string_view bytes) {
       RtcpReport report;
       parse_rtcp(bytes, &report);
     }},
    {"parse_stun",
     [](std::string_view bytes) {
       StunMessage stun;
       parse_stun(bytes, &stun);
     }},
    {"parse_relay_control",
     [](std::string_view bytes) {
       std::string unescaped;
       parse_relay_control(bytes, &unescaped);
     }},
    {"parse_rtpproxy_reply", [](std::string_view bytes) { parse_rtpproxy_reply(bytes); }},
    {"frame_ng", [](std::string_view bytes) { frame_ng(bytes); }},
    {"classify_payload", [](std::string_view bytes) { classify_payload(bytes); }},
};

TEST(GuardPages, AreThere) {
  GuardedBytes guarded;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string_view last = guarded.place("x", Edge::end, "last");
  EXPECT_EQ(write(ends[1], last.data(), 1), 1);
  EXPECT_EQ(write(ends[1], last.data() + 1, 1), -1);
  EXPECT_EQ(errno, EFAULT);
  const std::string_view first = guarded.place("x", Edge::begin, "first");
  EXPECT_EQ(write(ends[1], first.data(), 1), 1);
  EXPECT_EQ(write(ends[1], first.data() - 1, 1), -1);
  EXPECT_EQ(errno, EFAULT);
  close(ends[0]);
  close(ends[1]);
}

TEST(GuardPages, EveryParserAndEveryTruncation) {
  std::vector<Input> inputs = payloads();
  for (const Input& input : inputs) {
    EXPECT_EQ(to_string(classify_payload(input.bytes)), to_string(input.kind)) << input.name;
  }
  SipIndex sip;
  ASSERT_TRUE(index_sip(inputs[0].bytes, &sip));
  for (const HeaderLine& header : sip.headers) {
    inputs.push_back({"value of " + std::string(header.name), std::string(header.value), {}, {}});
  }
  GuardedBytes guarded;
  for (const Input& input : inputs) {
    for (const auto& reader : kReaders) {
      const std::string name = std::string(reader.name) + " of " + input.name;
      for (size_t size = 0; size <= input.bytes.size(); size++) {
        for (const bool lies : {true, false}) {
          const std::string cut = input.cut(size, lies);
          reader.read(guarded.place(cut, Edge::begin, name));
          reader.read(guarded.place(cut, Edge::end, name));
        }
      }
    }
  }
}

// ---- Packets

// Packets go through a decoder that lives as long as their stream, and through one engine that has
// seen all before them.
class GuardedDecoding : public ::testing::TestWithParam<Edge> {
 protected:
  void decode(Decoder& decoder, const std::string& bytes, uint16_t link_type, size_t original,
              const std::string& name) {
    Packet one = packet(bytes, link_type, ++frame_);
    one.time_ns = int64_t{frame_} * 1'000'000;
    one.data = reinterpret_cast<const uint8_t*>(guarded_.place(bytes, GetParam(), name).data());
    one.original = static_cast<uint32_t>(original);
    const Fate fate = decoder.decode(one, &out_);
    EXPECT_EQ(fate == Fate::payload, !out_.empty()) << name;
    for (const Datagram& datagram : out_) touch(datagram.payload);
    engine_.process(one);
  }
  // Cut by the snap length, and with lengths that promise more than there is.
  void decode_truncations(const std::string& bytes, uint16_t link_type, const std::string& name) {
    for (size_t size = 0; size <= bytes.size(); size++) {
      for (const size_t original : {bytes.size(), size}) {
        Decoder decoder;
        decode(decoder, bytes.substr(0, size), link_type, original, name);
      }
    }
  }
  void decode_whole(Decoder& decoder, const std::string& bytes, uint16_t link_type,
                    const std::string& name) {
    decode(decoder, bytes, link_type, bytes.size(), name);
  }

  GuardedBytes guarded_;
  PacketLog log_;
  Model model_;
  Engine engine_{log_, model_};
  std::vector<Datagram> out_;
  uint32_t frame_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, GuardedDecoding, ::testing::Values(Edge::begin, Edge::end),
                         [](const auto& info) {
                           return info.param == Edge::begin ? "AtTheBeginning" : "AtTheEnd";
                         });

const std::string kA = "10.0.0.1";
const std::string kB = "192.0.2.9";
const std::string kA6 = "2001:db8::1";
const std::string kB6 = "2001:db8::2";

TEST_P(GuardedDecoding, EveryEncapsulationAndEveryTruncation) {
  const auto decode_rows = [&](const std::vector<Encapsulation>& rows, const std::string& inner,
                               size_t header) {
    for (const Encapsulation& row : rows) {
      decode_truncations(row.wrap(inner), row.link_type, row.name);
      // Lengths that are true outside of a packet that was cut inside.
      for (size_t size = header; size < inner.size(); size++) {
        Decoder decoder;
        decode_whole(decoder, row.wrap(inner.substr(0, size)), row.link_type, row.name);
      }
    }
  };
  decode_rows(encapsulations(), ip(udp("hello", kA, kB, 1111, 2222), 17, kA, kB), 0);
  constexpr size_t kHeader6 = 40;  // what one of the rows puts itself behind
  decode_rows(ipv6_encapsulations(), ip(udp("hello", kA6, kB6, 1111, 2222), 17, kA6, kB6),
              kHeader6);
}

const struct {
  const char* name;
  std::string (*carry)(const std::string& bytes);
} kDatagrams[] = {
    {"udp", [](const std::string& bytes) { return ip(udp(bytes, kA, kB), 17, kA, kB); }},
    {"udp of ipv6",
     [](const std::string& bytes) { return ip(udp(bytes, kA6, kB6), 17, kA6, kB6); }},
    {"sctp",
     [](const std::string& bytes) {
       return ip(std::string(12, '\1') + sctp_data(3, 1, bytes), 132, kA, kB);
     }},
    {"icmp",
     [](const std::string& bytes) {
       const std::string quoted = ip(udp(bytes, kA, kB), 17, kA, kB);
       return ip(number32(0x03030000) + number32(0) + quoted, 1, kB, kA);
     }},
    {"icmp of ipv6",
     [](const std::string& bytes) {
       const std::string quoted = ip(udp(bytes, kA6, kB6), 17, kA6, kB6);
       return ip(number32(0x01040000) + number32(0) + quoted, 58, kB6, kA6);
     }},
};

TEST_P(GuardedDecoding, EveryPayloadAndEveryTruncation) {
  for (const auto& carrier : kDatagrams) {
    for (const Input& input : payloads()) {
      const std::string name = std::string(carrier.name) + " with " + input.name;
      for (size_t size = 0; size <= input.bytes.size(); size++) {
        for (const bool lies : {true, false}) {
          Decoder decoder;
          decode_whole(decoder, carrier.carry(input.cut(size, lies)), 101, name);
        }
      }
    }
    decode_truncations(carrier.carry(sip_message("cut", 20)), 101, carrier.name);
    decode_truncations(carrier.carry(hep3(sip_message("cut"))), 101, carrier.name);
  }
}

// Two segments, cut at every byte; what the first one leaves is kept for the second.
TEST_P(GuardedDecoding, EveryStreamCutAnywhere) {
  const std::string upgrade = "GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
  const std::string text = sip_message("stream", 10);
  const std::pair<const char*, std::string> kStreams[] = {
      {"sip", "\r\n\r\n" + text + text},
      {"websocket", upgrade + websocket_frame(0x81, text) + websocket_frame(0x01, "OPTIONS") +
                        websocket_frame(0x89, "ping") + websocket_frame(0x80, text.substr(7))},
      {"websocket of a server",
       websocket_frame(0x81, text, Masking::plain) + websocket_frame(0x88, "", Masking::plain)},
      {"compressed websocket", upgrade + websocket_frame(0xC1, "\xF2\x48\xCD\xC9\xC9\x07")},
      {"hep", hep3(text) + hep3_packed(text)},
      {"tls", bytes({0x16, 3, 1, 0, 5}) + "hello"},
      {"http", "GET / HTTP/1.0\r\n\r\n"},
  };
  for (const auto& [kind, stream] : kStreams) {
    const auto segment = [&](uint32_t sequence, const std::string& bytes, int flags) {
      return ip(tcp(bytes, {sequence, 0, static_cast<uint8_t>(flags)}, kA, kB), 6, kA, kB);
    };
    const std::string name = "stream of " + std::string(kind);
    for (const bool opened : {false, true}) {
      for (size_t at = 0; at <= stream.size(); at++) {
        Decoder decoder;
        if (opened) decode_whole(decoder, segment(99, "", 0x02), 101, name);
        decode_whole(decoder, segment(100, stream.substr(0, at), 0x18), 101, name);
        decode_whole(decoder, segment(100 + static_cast<uint32_t>(at), stream.substr(at), 0x18),
                     101, name);
        decoder.finish(&out_);
        for (const Datagram& datagram : out_) touch(datagram.payload);
      }
    }
    decode_truncations(segment(100, stream, 0x18), 101, name);
  }
}

TEST_P(GuardedDecoding, EveryFragmentAndEveryTruncation) {
  const std::string text = sip_message("fragment", 60);
  for (const bool v6 : {false, true}) {
    const std::string whole = v6 ? udp(text, kA6, kB6) : udp(text, kA, kB);
    const auto fragment = [&](size_t at, size_t size, bool more) {
      return v6 ? ipv6_fragment(whole.substr(at, size), 17, kA6, kB6, 9, at, more)
                : ipv4_fragment(whole.substr(at, size), 17, kA, kB, 9, at, more);
    };
    const std::string first = fragment(0, 104, true);
    const std::string last = fragment(104, whole.size(), false);
    decode_truncations(first, 101, "first fragment");
    for (size_t size = 0; size <= last.size(); size++) {
      Decoder decoder;
      decode_whole(decoder, first, 101, "first fragment");
      decode_whole(decoder, last.substr(0, size), 101, "last fragment");
    }
  }
}

}  // namespace
}  // namespace sipladder::guard_page_test
