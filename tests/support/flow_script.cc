#include "tests/support/flow_script.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <vector>

#include "tests/support/flow_line.h"
#include "tests/support/flow_media.h"
#include "tests/support/flow_repeat.h"
#include "tests/support/flow_sip.h"
#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

constexpr int64_t kEpochNs = 1'700'000'000'000'000'000;  // when every script begins

void indent(const std::string& text, Line* line) {
  const std::string trimmed = text.substr(std::min(text.size(), text.find_first_not_of(' ')));
  line->indented += trimmed + "\r\n";
  const size_t colon = trimmed.find(": ");
  if (colon != std::string::npos) {
    line->headers.emplace_back(trimmed.substr(0, colon), trimmed.substr(colon + 2));
  }
}

void read_words(std::istream& words, Line* line) {
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    const bool uri = word.rfind("sip:", 0) == 0 || word.rfind("sips:", 0) == 0;
    if (equals != std::string::npos && !uri) {
      line->values[word.substr(0, equals)] = word.substr(equals + 1);
    } else {
      line->words.push_back(word);
    }
  }
}

class Flow {
 public:
  std::string error;  // the first

  void run(std::string_view script) {
    std::istringstream lines{std::string(script)};
    std::string text;
    Line line;  // sent when the next one begins: indented lines may follow
    int number = 0;
    while (std::getline(lines, text)) {
      number++;
      if (text.rfind("  ", 0) == 0 && line.number != 0) {
        indent(text, &line);
        continue;
      }
      send(line);
      line = Line{};
      if (text.empty() || text[0] == '#') continue;
      line = parse(text, number);
    }
    send(line);
  }

  std::string capture() {
    std::stable_sort(packets_.begin(), packets_.end(),
                     [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
    for (TimedPacket& packet : packets_) {
      if (packet.time_ns >= clock_set_ns_) packet.time_ns += clock_step_ns_;
    }
    constexpr uint16_t kEthernet = 1, kCooked = 113;
    return pcap(packets_, on_router_ ? kCooked : kEthernet);
  }

 private:
  void complain(const Line& line, const std::string& what) {
    if (error.empty()) error = "line " + std::to_string(line.number) + ": " + what;
  }

  // NAME or NAME:PORT
  Host host(const std::string& text) {
    const size_t colon = text.find(':');
    const auto found = hosts_.find(text.substr(0, colon));
    if (found == hosts_.end()) return Host{text, "", 0};
    Host result = found->second;
    if (colon != std::string::npos) result.port = std::atoi(text.c_str() + colon + 1);
    return result;
  }

  void add_host(std::istream& words) {
    Host made;
    words >> made.name >> made.address;
    for (std::string word; words >> word;) {
      if (word == "tcp") {
        made.tcp = true;
      } else if (word == "acks") {
        made.acks = true;
      } else {
        made.port = std::atoi(word.c_str());
      }
    }
    hosts_[made.name] = made;
  }

  Line parse(const std::string& text, int number) {
    std::istringstream words(text);
    std::string first, src, arrow, dst;
    words >> first;
    if (first == "snaplen") {
      words >> snaplen_;
      return {};
    }
    if (first == "ip-id") {
      int number = 1;
      words >> number;
      numbered_ = number != 0;
      return {};
    }
    if (first == "behind") {
      words >> behind_ >> behind_ms_;
      return {};
    }
    if (first == "on-router") {
      on_router_ = true;
      return {};
    }
    if (first == "padding") {
      words >> padding_;
      return {};
    }
    if (first == "clock") {
      double at = 0, step = 0;
      words >> at >> step;
      clock_set_ns_ = kEpochNs + std::llround(at * 1e9);
      clock_step_ns_ = std::llround(step * 1e9);
      return {};
    }
    if (first == "host") {
      add_host(words);
      return {};
    }
    Line line;
    line.number = number;
    line.time_ns = static_cast<int64_t>(std::atof(first.c_str()) * 1e9 + 0.5);
    words >> src >> arrow >> dst;
    line.src = host(src);
    line.dst = host(dst);
    if (arrow != ">" || line.src.address.empty() || line.dst.address.empty()) {
      complain(line, "TIME HOST > HOST is expected");
    }
    read_words(words, &line);
    if (line.words.empty()) complain(line, "nothing is sent");
    return line;
  }

  std::string frame(const Payload& payload, const Host& src, const Host& dst) {
    const auto from = static_cast<uint16_t>(src.port), to = static_cast<uint16_t>(dst.port);
    std::string inside = payload.bytes;
    if (payload.protocol == 17) {
      inside = udp(payload.bytes, src.address, dst.address, from, to);
    } else if (payload.protocol == 6) {
      inside = tcp_segment(payload, src, dst);
    }
    if (payload.protocol == 0) return ethernet(payload.bytes, 0x0806);
    return ethernet_ip(ip(inside, payload.protocol, src.address, dst.address,
                          numbered_ ? payload.ip_id : uint16_t{0}));
  }

  // A SYN has the number before the first byte; a segment sent again that of the newest bytes.
  std::string tcp_segment(const Payload& payload, const Host& src, const Host& dst) {
    constexpr uint8_t kSyn = 2, kSynAck = 18, kFinAck = 17, kReset = 4, kAckPush = 24;
    const auto from = static_cast<uint16_t>(src.port), to = static_cast<uint16_t>(dst.port);
    SentByTcp& sent = sent_by_tcp_[src.text() + dst.text()];
    const uint32_t came = src.acks ? 1 + sent_by_tcp_[dst.text() + src.text()].bytes : 0;
    if (payload.syn || payload.syn_ack) {
      const uint8_t flags = payload.syn ? kSyn : kSynAck;
      return tcp({}, {0, 0, flags}, src.address, dst.address, from, to);
    }
    // Who has said nothing refuses what it was asked (RFC 9293 3.5.2).
    constexpr uint8_t kResetAck = 20;
    if (payload.reset && sent.bytes == 0)
      return tcp({}, {0, 1, kResetAck}, src.address, dst.address, from, to);
    if (payload.fin || payload.reset) {
      const uint8_t flags = payload.fin ? kFinAck : kReset;
      return tcp({}, {1 + sent.bytes, came, flags}, src.address, dst.address, from, to);
    }
    if (!payload.again) {
      sent.newest = payload.bytes;
      sent.bytes += static_cast<uint32_t>(payload.bytes.size());
    }
    const auto begin = static_cast<uint32_t>(1 + sent.bytes - sent.newest.size());
    return tcp(sent.newest, {begin, came, kAckPush}, src.address, dst.address, from, to);
  }

  // crlf, pong, empty, segment and syn.
  static std::vector<Payload> small_payloads(const Line& line, uint16_t* ip_id) {
    const std::string& word = line.words[0];
    const uint8_t protocol = line.src.tcp ? 6 : 17;
    std::vector<Payload> out;
    for (int i = 0; i < line.integer("count", 1); i++) {
      const auto later_ns = std::llround(i * line.seconds("every", 1) * 1e9);
      Payload made{line.time_ns + later_ns, "", ++*ip_id, protocol};
      made.bytes = word == "crlf" ? "\r\n\r\n" : word == "pong" ? "\r\n" : "";
      made.again = word == "segment";
      made.syn = word == "syn";
      out.push_back(std::move(made));
    }
    return out;
  }

  void send(const Line& line) {
    if (line.number == 0 || line.words.empty()) return;
    std::string wrong;
    for (const Payload& payload : payloads(line, &wrong)) {
      std::string bytes = frame(payload, line.src, line.dst);
      if (payload.unseen) continue;
      constexpr size_t kChecksum = 14 + 20 + 6;  // Ethernet, IPv4
      if (line.has("badsum")) bytes[kChecksum] = static_cast<char>(bytes[kChecksum] ^ 1);
      const size_t sent = bytes.size();
      if (snaplen_ != 0 && sent > snaplen_) bytes.resize(snaplen_);
      const bool out = line.src.name == behind_;
      if (out || line.dst.name == behind_) {
        const int64_t later_ns = int64_t{out ? behind_ms_ : -behind_ms_} * 1'000'000;
        packets_.push_back(
            {kEpochNs + payload.time_ns + later_ns, a_router_later(bytes, out), sent + padding_});
      }
      if (on_router_) {
        if (!line.has("kept")) {
          const std::string later = cooked(a_router_later(bytes, true), true);
          packets_.push_back({kEpochNs + payload.time_ns + 100'000, later, later.size()});
        }
        bytes = cooked(bytes, false);
      }
      packets_.push_back(
          {kEpochNs + payload.time_ns, std::move(bytes), sent + padding_ + (on_router_ ? 2 : 0)});
    }
    if (!wrong.empty()) complain(line, wrong);
  }

  // The header of Linux cooked captures in place of that of Ethernet: 16 bytes for 14.
  static std::string cooked(const std::string& ethernet, bool out) {
    std::string header(16, '\0');
    if (out) header[1] = 4;
    header[3] = 1;  // Ethernet
    header[5] = 6;  // bytes of the address
    header.replace(14, 2, ethernet, 12, 2);
    return header + ethernet.substr(14);
  }

  // With a TTL that is less by one, or more: what came was there before. The checksum of the header
  // changes by as much (RFC 1624).
  static std::string a_router_later(std::string bytes, bool out) {
    constexpr size_t kTtl = 14 + 8, kSum = 14 + 10;
    const auto byte = [&](size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const int step = out ? -1 : 1;
    bytes[kTtl] = static_cast<char>(byte(kTtl) + step);
    int sum = (byte(kSum) << 8 | byte(kSum + 1)) - (step << 8);
    if (sum > 0xFFFF) sum -= 0xFFFF;
    if (sum < 0) sum += 0xFFFF;
    bytes[kSum] = static_cast<char>(sum >> 8);
    bytes[kSum + 1] = static_cast<char>(sum & 0xFF);
    return bytes;
  }

  std::vector<Payload> payloads(const Line& line, std::string* wrong) {
    const std::string& word = line.words[0];
    if (word == "rtp") return rtp_payloads(line, &ip_id_, &streams_);
    if (word == "rtcp") return rtcp_payloads(line, &ip_id_);
    if (word == "stun") return stun_payloads(line, &ip_id_);
    if (word == "dtls") return dtls_payloads(line, &ip_id_);
    if (word == "tls") return tls_payloads(line);
    if (word == "arp") return arp_payloads(line);
    if (word == "fax") return fax_payloads(line, &ip_id_);
    if (word == "zrtp") return zrtp_payloads(line, &ip_id_);
    for (const char* small : {"crlf", "pong", "empty", "segment", "syn"}) {
      if (word == small) return small_payloads(line, &ip_id_);
    }
    if (word != "icmp") return sip_payloads(line, &calls_, &ip_id_, wrong);
    if (line.words.size() < 5) {
      *wrong = "icmp CODE HOST:PORT > HOST:PORT";
      return {};
    }
    return icmp_payloads(line, host(line.words[2]), host(line.words[4]), &ip_id_);
  }

  std::map<std::string, Host> hosts_;
  FlowCalls calls_;
  FlowStreams streams_;
  struct SentByTcp {
    uint32_t bytes = 0;
    std::string newest;
  };
  std::map<std::string, SentByTcp> sent_by_tcp_;  // by both ends
  int64_t clock_set_ns_ = 0, clock_step_ns_ = 0;
  size_t snaplen_ = 0;
  uint16_t ip_id_ = 100;
  bool numbered_ = true;
  size_t padding_ = 0;
  bool on_router_ = false;
  std::string behind_;  // the name of a host
  int behind_ms_ = 0;
  std::vector<TimedPacket> packets_;
};

}  // namespace

std::string capture_of_flow(std::string_view script, std::string* error) {
  Flow flow;
  flow.run(with_repeats_written_out(script));
  *error = flow.error;
  return flow.capture();
}

}  // namespace sipladder::build
