#include "tests/support/encapsulations.h"

#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

using Ip = const std::string&;

std::string outer(const std::string& payload, uint8_t protocol) {
  return ethernet_ip(ip(payload, protocol, "172.16.0.1", "172.16.0.2"));
}

std::string outer6(const std::string& payload, uint8_t protocol) {
  return ethernet_ip(ip(payload, protocol, "2001:db8:f::1", "2001:db8:f::2"));
}

std::string size16(const std::string& counted, size_t more = 0) {
  return number16(static_cast<unsigned>(counted.size() + more));
}

std::string tag() {
  return number16(5);
}

// A chain of every extension header, the last one an atomic fragment's.
std::string with_extensions(const std::string& packet) {
  const std::string chain = bytes({60, 0, 0, 0, 0, 0, 0,  0, 43, 0, 0, 0, 0, 0, 0, 0, 51, 0,
                                   0,  0, 0, 0, 0, 0, 44, 1, 0,  0, 0, 0, 0, 0, 0, 0, 0,  0}) +
                            packet[6] + bytes({0, 0, 0, 0, 0, 0, 1});
  std::string result = packet;
  result.replace(4, 2, size16(chain, packet.size() - 40));
  result[6] = 0;
  return result.insert(40, chain);
}

}  // namespace

std::string outer_udp(const std::string& payload, uint16_t port) {
  return outer(udp(payload, "172.16.0.1", "172.16.0.2", 40000, port), 17);
}

std::string wlan_header(int kind, int flags) {
  return bytes({kind, flags}) + std::string(22, '\0');
}

std::string snap_header() {
  return bytes({0xAA, 0xAA, 3, 0, 0, 0, 8, 0});
}

const std::vector<Encapsulation>& encapsulations() {
  static const std::vector<Encapsulation> kRows = {
      {"ethernet", 1, [](Ip in) { return ethernet_ip(in); }},
      {"padding", 1, [](Ip in) { return ethernet_ip(in) + std::string(20, '\0'); }},
      {"snap", 1,
       [](Ip in) {
         return ethernet(snap_header() + in,
                         static_cast<uint16_t>(snap_header().size() + in.size()));
       }},
      {"vlan", 1, [](Ip in) { return ethernet(tag() + number16(0x0800) + in, 0x8100); }},
      {"qinq", 1,
       [](Ip in) {
         return ethernet(
             tag() + number16(0x9100) + tag() + number16(0x8100) + tag() + number16(0x0800) + in,
             0x88A8);
       }},
      {"raw", 101, [](Ip in) { return in; }},
      {"raw 12", 12, [](Ip in) { return in; }},
      {"raw 14", 14, [](Ip in) { return in; }},
      {"raw4", 228, [](Ip in) { return in; }},
      {"null little", 0,
       [](Ip in) {
         return bytes({2, 0, 0, 0}) + in;
       }},
      {"loop", 108,
       [](Ip in) {
         return bytes({0, 0, 0, 2}) + in;
       }},
      {"sll", 113, [](Ip in) { return std::string(14, '\0') + number16(0x0800) + in; }},
      {"sll vlan", 113,
       [](Ip in) {
         return std::string(14, '\0') + number16(0x8100) + tag() + number16(0x0800) + in;
       }},
      {"sll2", 276, [](Ip in) { return number16(0x0800) + std::string(18, '\0') + in; }},
      {"sll2 vlan", 276,
       [](Ip in) {
         return number16(0x8100) + std::string(18, '\0') + tag() + number16(0x0800) + in;
       }},
      {"ppp", 9,
       [](Ip in) {
         return bytes({0xFF, 3, 0, 0x21}) + in;
       }},
      {"ppp hdlc", 50,
       [](Ip in) {
         return bytes({0xFF, 3, 0, 0x21}) + in;
       }},
      {"ppp direction", 204,
       [](Ip in) {
         return bytes({1, 0xFF, 3, 0, 0x21}) + in;
       }},
      {"ppp in ethernet", 1,
       [](Ip in) {
         return ethernet(bytes({0, 0x21}) + in, 0x880B);
       }},
      {"ppi", 192,
       [](Ip in) {
         return bytes({0, 0, 8, 0, 1, 0, 0, 0}) + ethernet_ip(in);
       }},
      {"nflog", 239,
       [](Ip in) {
         const size_t size = in.size() + 4;
         return bytes({2, 0, 0, 0, 5, 0, 1, 0, 7, 0, 0, 0}) +
                bytes({static_cast<int>(size & 0xFF), static_cast<int>(size >> 8), 9, 0}) + in;
       }},
      {"pppoe", 1,
       [](Ip in) {
         return ethernet(bytes({0x11, 0, 0, 1, 0, 0, 0, 0x21}) + in, 0x8864);
       }},
      {"pppoe bare", 51,
       [](Ip in) {
         return bytes({0x11, 0, 0, 1, 0, 0, 0, 0x21}) + in;
       }},
      {"mpls", 1,
       [](Ip in) {
         return ethernet(bytes({0, 1, 0, 64, 0, 1, 1, 64}) + in, 0x8847);
       }},
      {"mpls ethernet", 1,
       [](Ip in) {
         return ethernet(bytes({0, 1, 1, 64, 0, 0, 0, 0}) + ethernet_ip(in), 0x8847);
       }},
      {"mpls bare pseudowire", 1,
       [](Ip in) {
         return ethernet(bytes({0, 1, 1, 64}) + ethernet_ip(in), 0x8847);
       }},
      {"mpls in ip", 1,
       [](Ip in) {
         return outer(bytes({0, 1, 1, 64}) + in, 137);
       }},
      {"mpls in udp", 1,
       [](Ip in) {
         return outer_udp(bytes({0, 1, 0, 64, 0, 1, 1, 64}) + in, 6635);
       }},
      {"ipip", 1, [](Ip in) { return outer(in, 4); }},
      {"4in6", 1, [](Ip in) { return outer6(in, 4); }},
      {"gre", 1,
       [](Ip in) {
         return outer(bytes({0, 0, 8, 0}) + in, 47);
       }},
      {"gre all", 1,
       [](Ip in) {
         return outer(bytes({0xB0, 0, 8, 0}) + std::string(12, '\0') + in, 47);
       }},
      {"gre ethernet", 1,
       [](Ip in) {
         return outer(bytes({0x20, 0, 0x65, 0x58, 0, 0, 0, 1}) + ethernet_ip(in), 47);
       }},
      {"gre in ipv6", 1,
       [](Ip in) {
         return outer6(bytes({0, 0, 8, 0}) + in, 47);
       }},
      {"erspan 1", 1,
       [](Ip in) {
         return outer(bytes({0, 0, 0x88, 0xBE}) + ethernet_ip(in), 47);
       }},
      {"erspan 2", 1,
       [](Ip in) {
         return outer(bytes({0x10, 0, 0x88, 0xBE}) + std::string(12, '\0') + ethernet_ip(in), 47);
       }},
      {"erspan 3", 1,
       [](Ip in) {
         return outer(bytes({0x10, 0, 0x22, 0xEB}) + std::string(16, '\0') + ethernet_ip(in), 47);
       }},
      {"pptp", 1,
       [](Ip in) {
         return outer(bytes({0x30, 0x81, 0x88, 0x0B}) + std::string(12, '\0') + bytes({0x21}) + in,
                      47);
       }},
      {"wlan", 105, [](Ip in) { return wlan_header(0x08, 0) + snap_header() + in; }},
      {"wlan qos", 105,
       [](Ip in) {
         return wlan_header(0x88, 0) + bytes({0, 0}) + snap_header() + in;
       }},
      {"wlan four addresses", 105,
       [](Ip in) {
         return wlan_header(0x88, 3) + std::string(6, 'm') + bytes({0, 0}) + snap_header() + in;
       }},
      {"wlan order", 105,
       [](Ip in) {
         return wlan_header(0x88, 0x80) + bytes({0, 0, 0, 0, 0, 0}) + snap_header() + in;
       }},
      {"wlan aggregate", 105,
       [](Ip in) {
         return wlan_header(0x88, 0) + bytes({0x80, 0}) + std::string(12, 'm') + size16(in, 8) +
                snap_header() + in;
       }},
      {"radiotap", 127,
       [](Ip in) {
         return bytes({0, 0, 8, 0, 0, 0, 0, 0}) + wlan_header(0x08, 0) + snap_header() + in;
       }},
      {"radiotap padded", 127,
       [](Ip in) {
         return bytes({0, 0, 26, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0}) + std::string(8, 't') +
                bytes({0x20, 0}) + wlan_header(0x88, 0) + bytes({0, 0, 0, 0}) + snap_header() + in;
       }},
      {"ipnet", 226, [](Ip in) { return std::string(24, '\0') + in; }},
      {"enc", 109, [](Ip in) { return std::string(12, '\0') + in; }},
      {"pflog", 117, [](Ip in) { return bytes({61}) + std::string(63, '\0') + in; }},
      {"erf", 197,
       [](Ip in) {
         return std::string(8, 't') + bytes({2, 4, 0, 0, 0, 0, 0, 0, 0, 0}) + ethernet_ip(in);
       }},
      {"erf extensions", 197,
       [](Ip in) {
         return std::string(8, 't') + bytes({0x82, 4, 0, 0, 0, 0, 0, 0}) +
                bytes({0x83, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0}) + ethernet_ip(in);
       }},
      {"erf hdlc", 197,
       [](Ip in) {
         return std::string(8, 't') + bytes({1, 4, 0, 0, 0, 0, 0, 0, 0x0F, 0, 8, 0}) + in;
       }},
      {"pktap", 258,
       [](Ip in) {
         return bytes({108, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0}) + std::string(96, '\0') +
                ethernet_ip(in);
       }},
      {"pktap of old", 149,
       [](Ip in) {
         return bytes({108, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0}) + std::string(96, '\0') + in;
       }},
      {"exported ip", 252,
       [](Ip in) {
         return number16(12) + number16(4) + std::string("ip\0\0", 4) + number32(0) + in;
       }},
      {"cisco hdlc", 104,
       [](Ip in) {
         return bytes({0x0F, 0, 8, 0}) + in;
       }},
      {"etherip", 1,
       [](Ip in) {
         return outer(bytes({0x30, 0}) + ethernet_ip(in), 97);
       }},
      {"authentication header", 1,
       [](Ip in) {
         return outer(bytes({4, 4}) + std::string(22, '\0') + in, 51);
       }},
      {"l2tp3", 1, [](Ip in) { return outer(number32(5) + ethernet_ip(in), 115); }},
      {"l2tp3 cookie", 1,
       [](Ip in) { return outer(number32(5) + std::string(12, '\0') + ethernet_ip(in), 115); }},
      {"l2tp3 udp", 1,
       [](Ip in) {
         return outer_udp(number32(0x00030000) + number32(5) + number32(0) + ethernet_ip(in), 1701);
       }},
      {"l2tp2", 1,
       [](Ip in) {
         return outer_udp(number16(2) + number32(5) + bytes({0xFF, 3, 0, 0x21}) + in, 1701);
       }},
      {"l2tp2 all", 1,
       [](Ip in) {
         const std::string behind =
             number32(5) + number32(6) + number16(2) + "pp" + bytes({0x21}) + in;
         return outer_udp(number16(0x4A02) + size16(behind, 4) + behind, 1701);
       }},
      {"tzsp", 1,
       [](Ip in) {
         return outer_udp(bytes({1, 0, 0, 1, 0, 10, 1, 9, 1}) + ethernet_ip(in), 37008);
       }},
      {"tzsp wlan", 1,
       [](Ip in) {
         return outer_udp(bytes({1, 0, 0, 18, 1}) + wlan_header(0x08, 0) + snap_header() + in,
                          37008);
       }},
      {"hp erm", 1, [](Ip in) { return outer_udp(std::string(12, 'h') + ethernet_ip(in), 7932); }},
      {"vxlan", 1,
       [](Ip in) {
         return outer_udp(bytes({8, 0, 0, 0, 0, 0, 1, 0}) + ethernet_ip(in), 4789);
       }},
      {"vxlan linux", 1,
       [](Ip in) {
         return outer_udp(bytes({8, 0, 0, 0, 0, 0, 1, 0}) + ethernet_ip(in), 8472);
       }},
      {"vxlan policy", 1,
       [](Ip in) {
         return outer_udp(bytes({0x88, 0, 0, 9, 0, 0, 1, 0}) + ethernet_ip(in), 4789);
       }},
      {"vxlan gpe ip", 1,
       [](Ip in) {
         return outer_udp(bytes({0x0C, 0, 0, 1, 0, 0, 1, 0}) + in, 4790);
       }},
      {"vxlan gpe", 1,
       [](Ip in) {
         return outer_udp(bytes({0x0C, 0, 0, 3, 0, 0, 1, 0}) + ethernet_ip(in), 4790);
       }},
      {"geneve", 1,
       [](Ip in) {
         return outer_udp(bytes({1, 0, 0x65, 0x58, 0, 0, 1, 0, 0, 0, 0, 0}) + ethernet_ip(in),
                          6081);
       }},
      {"geneve ip", 1,
       [](Ip in) {
         return outer_udp(bytes({0, 0, 8, 0, 0, 0, 1, 0}) + in, 6081);
       }},
      {"gtp", 1,
       [](Ip in) {
         return outer_udp(bytes({0x30, 0xFF}) + size16(in) + number32(1) + in, 2152);
       }},
      {"gtp extension", 1,
       [](Ip in) {
         const std::string behind = bytes({0, 0, 0, 0x85, 1, 0, 0, 0}) + in;
         return outer_udp(bytes({0x34, 0xFF}) + size16(behind) + number32(1) + behind, 2152);
       }},
      {"gre in vxlan", 1,
       [](Ip in) {
         return outer_udp(bytes({8, 0, 0, 0, 0, 0, 1, 0}) +
                              outer(bytes({0, 0, 8, 0}) + ip(in, 4, "1.1.1.1", "2.2.2.2"), 47),
                          4789);
       }},
  };
  return kRows;
}

const std::vector<Encapsulation>& ipv6_encapsulations() {
  static const std::vector<Encapsulation> kRows = {
      {"ethernet", 1, [](Ip in) { return ethernet_ip(in); }},
      {"raw6", 229, [](Ip in) { return in; }},
      {"null 24", 0,
       [](Ip in) {
         return bytes({24, 0, 0, 0}) + in;
       }},
      {"null 30", 0,
       [](Ip in) {
         return bytes({0, 0, 0, 30}) + in;
       }},
      {"6in4", 1, [](Ip in) { return outer(in, 41); }},
      {"6in6", 1, [](Ip in) { return outer6(in, 41); }},
      {"6in6in4", 1, [](Ip in) { return outer(ip(in, 41, "2001:db8:f::1", "2001:db8:f::2"), 41); }},
      {"teredo", 1, [](Ip in) { return outer_udp(in, 3544); }},
      {"teredo origin", 1,
       [](Ip in) {
         return outer_udp(bytes({0, 0, 1, 2, 3, 4, 5, 6}) + in, 3544);
       }},
      {"teredo authentication", 1,
       [](Ip in) {
         return outer_udp(
             bytes({0, 1, 1, 2}) + std::string(12, 'n') + bytes({0, 0, 1, 2, 3, 4, 5, 6}) + in,
             3544);
       }},
      {"vxlan gpe", 1,
       [](Ip in) {
         return outer_udp(bytes({0x0C, 0, 0, 2, 0, 0, 1, 0}) + in, 4790);
       }},
      {"ppp pptp", 9, [](Ip in) { return bytes({0x57}) + in; }},
      {"ppp", 9,
       [](Ip in) {
         return bytes({0, 0x57}) + in;
       }},
      {"extensions", 101, with_extensions},
  };
  return kRows;
}

}  // namespace sipladder::build
