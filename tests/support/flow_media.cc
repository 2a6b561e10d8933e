#include "tests/support/flow_media.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "tests/support/flow_srtp.h"
#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

unsigned natural(const Line& line, const std::string& name, int otherwise) {
  return static_cast<unsigned>(line.integer(name, otherwise));
}

int default_ssrc(const Host& src, const Host& dst) {
  return src.port * 7 + dst.port;
}

// The nth of count=, one each every= seconds.
int64_t after(const Line& line, int nth) {
  return line.time_ns + static_cast<int64_t>(line.seconds("every", 1) * 1e9) * nth;
}

std::string stun(unsigned type, const std::string& attributes, uint32_t id) {
  return number16(type) + number16(static_cast<unsigned>(attributes.size())) +
         number32(0x2112A442) + number32(0) + number32(0) + number32(id) + attributes;
}

std::string stun_attribute(unsigned type, std::string value) {
  const auto size = static_cast<unsigned>(value.size());
  value.resize((value.size() + 3) / 4 * 4);
  return number16(type) + number16(size) + value;
}

// ADDRESS:PORT of IPv4, as XOR-PEER-ADDRESS and others have it.
std::string stun_address(const std::string& text) {
  const size_t colon = text.find(':');
  const IpAddress ip = parse_ip(text.substr(0, colon)).value_or(IpAddress{});
  uint32_t address = 0;
  for (size_t i = 0; i < 4; i++) address = address << 8 | ip.bytes[i];
  const int port = colon == std::string::npos ? 0 : std::atoi(text.c_str() + colon + 1);
  return number16(1) + number16(static_cast<unsigned>(port) ^ 0x2112U) +
         number32(address ^ 0x2112A442U);
}

// The same where nothing is XORed: OTHER-ADDRESS.
std::string plain_address(const std::string& text) {
  const size_t colon = text.find(':');
  const IpAddress ip = parse_ip(text.substr(0, colon)).value_or(IpAddress{});
  std::string address =
      number16(1) + number16(colon == std::string::npos
                                 ? 0U
                                 : static_cast<unsigned>(std::atoi(text.c_str() + colon + 1)));
  for (size_t i = 0; i < 4; i++) address += static_cast<char>(ip.bytes[i]);
  return address;
}

// In an indication of TURN: what the client sends to a peer, or the server has from one.
std::string in_turn(const Line& line, std::string datagram) {
  const std::string to = line.value("to-peer", "");
  const std::string peer = to.empty() ? line.value("from-peer", "") : to;
  if (peer.empty()) return datagram;
  return stun(to.empty() ? 0x0017 : 0x0016,
              stun_attribute(0x0012, stun_address(peer)) + stun_attribute(0x0013, datagram), 1);
}

// The end of a telephone-event (RFC 4733 2.3).
std::string bytes_of_event(int digit) {
  return bytes({digit, 0x8A, 0x03, 0x20});
}

// G.711 mu-law of a sample (ITU-T G.711).
uint8_t mu_law(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  int magnitude = std::min(std::abs(sample), 32635) + 0x84;
  int segment = 7;
  while (segment > 0 && (magnitude & (0x80 << segment)) == 0) segment--;
  magnitude = magnitude >> (segment + 3) & 0x0F;
  return static_cast<uint8_t>(~(sign | segment << 4 | magnitude));
}

// 20 ms of 425 Hz, as most of Europe hears while it rings.
std::string tone(int i) {
  std::string bytes;
  for (int k = 0; k < 160; k++) {
    const double phase = 2 * 3.14159265358979 * 425 * (i * 160 + k) / 8000;
    bytes += static_cast<char>(mu_law(static_cast<int>(8000 * std::sin(phase))));
  }
  return bytes;
}

// 20 ms of a quiet room at an open microphone: about -66 dBov, other in each packet.
std::string murmur(int i) {
  std::string bytes;
  for (int k = 0; k < 160; k++) {
    const unsigned noise = static_cast<unsigned>(i * 160 + k) * 2654435761U;
    bytes += static_cast<char>(mu_law(static_cast<int>(noise >> 24) % 7 * 8 - 24));
  }
  return bytes;
}

// 20 ms of G.711: loud noise, other in each packet; or of `silence`; or the `same` each time.
std::string voice(const Line& line, int i) {
  if (line.has("silence")) return std::string(160, '\xFF');
  if (line.has("tone")) return tone(i);
  if (line.has("murmur")) return murmur(i);
  if (const std::string event = line.value("event", ""); !event.empty())
    return bytes_of_event(std::atoi(event.c_str()));
  std::string bytes(160, 0);
  const int seed = line.has("same") ? 1 : i;
  for (size_t k = 0; k < bytes.size(); k++) {
    const unsigned noise =
        (static_cast<unsigned>(seed) * 160 + static_cast<unsigned>(k)) * 2654435761U;
    bytes[k] = static_cast<char>(noise >> 24 | 0x80U) & static_cast<char>(0x9F);
    if ((noise & 0x100U) != 0) bytes[k] = static_cast<char>(bytes[k] & 0x7F);
  }
  return bytes;
}

// What a sender report says between its SSRC and its report blocks.
std::string sender_info(uint32_t packets) {
  return number32(0) + number32(0) + number32(0) + number32(packets) + number32(0);
}

std::string report_block(const Line& line, uint32_t ssrc) {
  return number32(ssrc) + number32(natural(line, "fraction", 0) << 24 | natural(line, "lost", 0)) +
         number32(natural(line, "high", 0)) + number32(0) + number32(0) + number32(0);
}

// A sender that paused goes on with its numbers; its timestamps followed the clock meanwhile.
struct FlowStart {
  unsigned number;
  uint32_t timestamp;
};

FlowStart start_of(const Line& line, const FlowStream& stream, unsigned step, double every) {
  const bool goes_on = stream.time_ns != 0 && line.time_ns >= stream.time_ns;
  const unsigned number = natural(line, "seq", goes_on ? static_cast<int>(stream.next_number) : 1);
  const double pause = static_cast<double>(line.time_ns - stream.time_ns) / 1e9 / every;
  const uint32_t due = stream.timestamp + static_cast<uint32_t>(std::llround(pause)) * step;
  const std::string text = line.value(
      "ts", std::to_string(goes_on && !line.values.contains("seq") ? due : number * step));
  return {number, static_cast<uint32_t>(std::strtoul(text.c_str(), nullptr, 10))};
}

// With srtp=KEY: as its sender encrypts it.
std::string in_srtp(const Line& line, const std::string& packet, unsigned number) {
  const std::string key = line.value("srtp", "");
  if (key.empty()) return packet;
  const std::string mki = line.value("mki", "");
  const unsigned rollover = natural(line, "roc", 0) + (line.has("uncounted") ? 0 : number >> 16);
  return protect_rtp(line.value("suite", "AES_CM_128_HMAC_SHA1_80"), key,
                     mki.empty() ? "" : number32(natural(line, "mki", 0)), packet, rollover);
}

}  // namespace

std::vector<Payload> rtp_payloads(const Line& line, uint16_t* ip_id, FlowStreams* streams) {
  const double every = line.seconds("every", 0.02);
  const int count = static_cast<int>(line.seconds("for", 5) / every + 0.5);
  const int lose = line.integer("lose", 0);
  const std::string keep = line.value("keep", "1/1");
  const int kept = std::atoi(keep.c_str());
  const int kept_of = std::max(1, std::atoi(keep.substr(keep.find('/') + 1).c_str()));
  const uint32_t ssrc = natural(line, "ssrc", default_ssrc(line.src, line.dst));
  const unsigned type = natural(line, "pt", 0);
  const unsigned step = natural(line, "step", 160);
  FlowStream& stream = (*streams)[std::to_string(ssrc) + line.src.text() + line.dst.text()];
  const auto [first, begin] = start_of(line, stream, step, every);
  stream = {first + static_cast<unsigned>(count), begin + static_cast<unsigned>(count) * step,
            line.time_ns + count * std::llround(every * 1e9)};
  std::vector<Payload> out;
  for (int i = 0; i < count; i++) {
    if (lose != 0 && i % lose == lose - 1) continue;
    if (i % kept_of >= kept) continue;
    const auto nth = static_cast<unsigned>(i);
    const unsigned marker = i == 0 && !line.has("unmarked") ? 0x80U : 0U;
    const int64_t late = i % 2 == 1 ? std::llround(line.seconds("jitter", 0) * 1e6) : 0;
    const unsigned number = first + (line.has("again") ? 0 : nth);
    out.push_back(
        {line.time_ns + i * std::llround(every * 1e9) + late,
         in_turn(line, in_srtp(line,
                               number16(0x8000 | type | marker) + number16(number & 0xFFFF) +
                                   number32(begin + nth * step) + number32(ssrc) + voice(line, i),
                               number)),
         ++*ip_id});
    if (!line.has("twice")) continue;
    out.push_back(out.back());
    out.back().time_ns += 20'000;
  }
  return out;
}

std::vector<Payload> rtcp_payloads(const Line& line, uint16_t* ip_id) {
  const uint32_t of = natural(line, "of", 1);
  const bool sends = !line.value("sent", "").empty();
  const std::string sender = sends ? sender_info(natural(line, "sent", 0)) : "";
  const std::string block = of == 0 ? "" : report_block(line, of);
  const std::string source = number32(natural(line, "from", 99));
  const std::string bye = line.has("bye") ? number16(0x81CB) + number16(1) + source : "";
  const unsigned head = (of == 0 ? 0x8000U : 0x8100U) | (sends ? 0xC8U : 0xC9U);
  const auto words = static_cast<unsigned>(1 + (sender.size() + block.size()) / 4);
  std::string packet = number16(head) + number16(words) + source + sender + block + bye;
  if (const std::string key = line.value("srtp", ""); !key.empty())
    packet = protect_rtcp(line.value("suite", "AES_CM_128_HMAC_SHA1_80"), key, packet,
                          natural(line, "index", 1));
  return {{line.time_ns, packet, ++*ip_id}};
}

std::vector<Payload> stun_payloads(const Line& line, uint16_t* ip_id) {
  const std::string name = line.value("name", "");
  const std::string code = line.value("error", "");
  std::string attributes;
  const std::string relayed = line.value("relayed", "");
  if (!name.empty()) attributes = stun_attribute(0x0006, name);
  if (!code.empty()) {
    const int error = std::atoi(code.c_str());
    attributes += stun_attribute(0x0009, bytes({0, 0, error / 100, error % 100}));
  }
  if (!relayed.empty()) attributes += stun_attribute(0x0016, stun_address(relayed));
  const std::string mapped = line.value("mapped", "");
  const std::string other = line.value("other", "");
  const std::string change = line.value("change", "");
  if (!mapped.empty()) attributes += stun_attribute(0x0020, stun_address(mapped));
  if (!other.empty()) attributes += stun_attribute(0x802C, plain_address(other));
  if (!change.empty()) attributes += stun_attribute(0x0003, number32(change == "port" ? 2 : 6));
  const bool success = line.has("success") || !mapped.empty();
  const unsigned type = !relayed.empty() ? 0x0103
                        : !code.empty()  ? 0x0111
                        : success        ? 0x0101
                                         : 0x0001;
  const uint32_t id = natural(line, "id", 0);
  std::vector<Payload> out;
  for (int i = 0; i < line.integer("count", 1); i++) {
    out.push_back(
        {after(line, i), stun(type, attributes, id + static_cast<uint32_t>(i)), ++*ip_id});
  }
  return out;
}

// One record: a message of 60 bytes of which only the type is read, and the random of a hello.
std::vector<Payload> dtls_payloads(const Line& line, uint16_t* ip_id) {
  static const std::map<std::string, int> kMessages = {
      {"hello", 1}, {"server-hello", 2}, {"verify", 3}, {"server-done", 14}, {"client-key", 16}};
  const bool encrypted = line.has("encrypted");
  const std::string code = line.value("alert", "");
  std::string message = bytes({2, std::atoi(code.c_str())});
  if (code.empty()) {
    const auto found = kMessages.find(line.words.size() > 1 ? line.words[1] : "");
    const int type = found == kMessages.end() ? 0 : found->second;
    message = bytes({type, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48, 254, 253}) +
              std::string(46, static_cast<char>(natural(line, "random", 1)));
  }
  // RFC 5246 7.4.1.3, with the use_srtp extension of RFC 5764 4.1.1, or with the version of DTLS
  // 1.3, which encrypts that extension.
  const unsigned profile = natural(line, "profile", 0);
  const bool newest = line.value("version", "") == "1.3";
  if (profile != 0 || newest) {
    const std::string random(32, static_cast<char>(natural(line, "random", 1)));
    const std::string extension =
        newest ? number16(43) + number16(2) + bytes({254, 252})
               : number16(14) + number16(5) + number16(2) + number16(profile) + bytes({0});
    const std::string suite = newest ? bytes({0x13, 0x01}) : bytes({0xC0, 0x2F});
    const std::string body = bytes({254, 253}) + random + bytes({0}) + suite + bytes({0}) +
                             number16(static_cast<unsigned>(extension.size())) + extension;
    const auto size = static_cast<int>(body.size());
    message = bytes({2, 0, 0, size, 0, 0, 0, 0, 0, 0, 0, size}) + body;
  }
  const int content = encrypted || code.empty() ? 22 : 21;
  std::vector<Payload> out;
  for (int i = 0; i < line.integer("count", 1); i++) {
    out.push_back({after(line, i),
                   bytes({content, 254, 253, 0, encrypted ? 1 : 0, 0, 0, 0, 0, 0, i}) +
                       number16(static_cast<unsigned>(message.size())) + message,
                   ++*ip_id});
  }
  return out;
}

std::vector<Payload> zrtp_payloads(const Line& line, uint16_t* ip_id) {
  const std::string hello = number32(0x10000001) + "ZRTP" + number32(1) + number32(0x505A0003) +
                            "Hello   " + number32(0) + number32(0);
  return {{line.time_ns, hello, ++*ip_id}};
}

// Indicators alone, without redundancy.
std::vector<Payload> fax_payloads(const Line& line, uint16_t* ip_id) {
  const double every = line.seconds("every", 0.02);
  const int count = static_cast<int>(line.seconds("for", 1) / every);
  std::vector<Payload> out;
  for (int i = 0; i < count; i++) {
    const std::string packet = number16(static_cast<unsigned>(i)) + std::string("\1\6\0\0", 4);
    out.push_back({line.time_ns + std::llround(i * every * 1e9), packet, ++*ip_id});
  }
  return out;
}

std::vector<Payload> arp_payloads(const Line& line) {
  const auto raw = [](const std::string& address) {
    const IpAddress ip = *parse_ip(address);
    return std::string(reinterpret_cast<const char*>(ip.bytes.data()), ip.family == 4 ? 4 : 16);
  };
  const bool answer = line.has("answer");
  const std::string mac(6, '\2');
  const std::string source = raw(line.src.address), target = raw(line.dst.address);
  std::vector<Payload> out;
  for (int i = 0; i < line.integer("count", 1); i++) {
    if (source.size() == 4) {
      const std::string arp = number16(1) + number16(0x0800) + bytes({6, 4}) +
                              number16(answer ? 2 : 1) + mac + source + mac + target;
      out.push_back({after(line, i), arp, 0, 0});
    } else {
      const std::string discovery =
          bytes({answer ? 136 : 135, 0}) + number16(0) + number32(0) + (answer ? source : target);
      out.push_back({after(line, i), discovery, 0, 58});
    }
  }
  return out;
}

std::vector<Payload> icmp_payloads(const Line& line, const Host& quoted_src, const Host& quoted_dst,
                                   uint16_t* ip_id) {
  const auto ssrc =
      static_cast<uint32_t>(line.integer("ssrc", default_ssrc(quoted_src, quoted_dst)));
  const std::string rtp = number32(0x80000001) + number32(160) + number32(ssrc);
  const std::string quoted =
      ip(udp(rtp, quoted_src.address, quoted_dst.address, static_cast<uint16_t>(quoted_src.port),
             static_cast<uint16_t>(quoted_dst.port)),
         17, quoted_src.address, quoted_dst.address);
  const std::string message = bytes({line.integer("type", 3), std::atoi(line.words[1].c_str())}) +
                              number16(0) + number16(0) +
                              number16(static_cast<unsigned>(line.integer("mtu", 0))) + quoted;
  std::vector<Payload> out;
  for (int i = 0; i < line.integer("count", 1); i++) {
    out.push_back({after(line, i), message, ++*ip_id, 1});
  }
  return out;
}

}  // namespace sipladder::build
