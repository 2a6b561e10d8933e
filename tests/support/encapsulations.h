// Link layers and tunnels around a captured IP packet. Each tunnel that the decoder knows has a row
// here, and so is in every test that takes the table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sipladder::build {

struct Encapsulation {
  const char* name;
  uint16_t link_type;
  std::string (*wrap)(const std::string& ip_packet);
};
const std::vector<Encapsulation>& encapsulations();       // of an IPv4 packet
const std::vector<Encapsulation>& ipv6_encapsulations();  // of an IPv6 packet

// An Ethernet frame with a UDP datagram that holds `payload`, to the `port` of a tunnel.
std::string outer_udp(const std::string& payload, uint16_t port);

// The frame control field's bytes and the rest of the shortest IEEE 802.11 header.
std::string wlan_header(int kind, int flags);

// LLC and SNAP in front of IPv4.
std::string snap_header();

}  // namespace sipladder::build
