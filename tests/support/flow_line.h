// A line of a flow script (flow_script.h) as its readers see it, and what it puts into IP packets.
// Everything is a copy: nothing points into the script.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sipladder::build {

struct Host {
  std::string name, address;  // no address: the script names no such host
  int port = 5060;
  bool tcp = false;   // its SIP goes over TCP
  bool acks = false;  // and it acknowledges what came

  std::string text() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
  }
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Line {
  int number = 0;  // in the script, from 1; 0: no line
  int64_t time_ns = 0;
  Host src, dst;
  std::vector<std::string> words;             // what is sent, then what else stands without "="
  std::map<std::string, std::string> values;  // name=value
  Headers headers;                            // of the indented lines
  std::string indented;                       // as it stands

  bool has(const std::string& word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
  }
  std::string value(const std::string& name, const std::string& otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : found->second;
  }
  int integer(const std::string& name, int otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : std::atoi(found->second.c_str());
  }
  // The indented lines as a payload. An empty one is written as "." because editors cut spaces at
  // line ends.
  std::string raw() const {
    std::string text = indented;
    for (size_t at = 0; (at = text.find("\r\n.\r\n", at)) != std::string::npos;)
      text.erase(at + 2, 1);
    return text;
  }
  double seconds(const std::string& name, double otherwise) const {
    const auto found = values.find(name);
    return found == values.end() ? otherwise : std::atof(found->second.c_str());
  }
};

// What one packet from the line's source to its destination carries.
struct Payload {
  int64_t time_ns = 0;  // from the script's beginning
  std::string bytes;
  uint16_t ip_id = 0;
  // 17 (UDP) and 6 (TCP): `bytes` is their payload; else `bytes` is the payload of the IP packet;
  // 0: `bytes` is an ARP packet.
  uint8_t protocol = 17;
  bool unseen = false;  // it was sent, and is not in the capture
  bool again = false;   // the newest bytes of the TCP connection, with their sequence number
  bool syn = false;     // over TCP: a SYN
  bool syn_ack = false, fin = false, reset = false;  // likewise
};

}  // namespace sipladder::build
