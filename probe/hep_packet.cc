#include "probe/hep_packet.h"

#include "capture/time_units.h"

namespace sipladder {
namespace {

// Numbers are in network byte order.
void put(std::string* out, uint64_t number, size_t bytes) {
  for (size_t i = bytes; i > 0; i--) out->push_back(static_cast<char>(number >> (8 * (i - 1))));
}

constexpr size_t kChunkHead = 6;

void put_chunk(std::string* out, uint16_t type, std::string_view value) {
  put(out, 0, 2);  // vendor: none
  put(out, type, 2);
  put(out, value.size() + kChunkHead, 2);
  out->append(value);
}

void put_chunk(std::string* out, uint16_t type, uint64_t number, size_t bytes) {
  std::string value;
  put(&value, number, bytes);
  put_chunk(out, type, value);
}

// The IP protocol number. TLS and WebSocket have none and get those that Kamailio's siptrace uses
// and Homer knows.
uint8_t protocol_of(Transport transport) {
  switch (transport) {
    case Transport::tcp:
      return 6;
    case Transport::tls:
      return 22;
    case Transport::ws:
    case Transport::wss:
      return 50;
    case Transport::sctp:
      return 132;
    case Transport::udp:
      break;
  }
  return 17;
}

std::string_view text_of(const IpAddress& ip) {
  return {reinterpret_cast<const char*>(ip.bytes.data()), size_t{ip.family == 6 ? 16U : 4U}};
}

}  // namespace

std::string hep_packet(const Datagram& datagram, HepContent content, const HepStamp& stamp) {
  constexpr uint8_t kInet = 2, kInet6 = 10;
  const bool v6 = datagram.src.ip.family == 6;
  const bool known =
      (v6 || datagram.src.ip.family == 4) && datagram.src.ip.family == datagram.dst.ip.family;
  if (!known || datagram.payload.size() + stamp.key.size() + 256 > kMostHepPacket) return {};
  std::string out("HEP3\0\0", 6);
  put_chunk(&out, 1, v6 ? kInet6 : kInet, 1);
  put_chunk(&out, 2, protocol_of(datagram.transport), 1);
  put_chunk(&out, v6 ? 5 : 3, text_of(datagram.src.ip));
  put_chunk(&out, v6 ? 6 : 4, text_of(datagram.dst.ip));
  put_chunk(&out, 7, datagram.src.port, 2);
  put_chunk(&out, 8, datagram.dst.port, 2);
  const auto time_ns = static_cast<uint64_t>(std::max<int64_t>(datagram.time_ns, 0));
  put_chunk(&out, 9, time_ns / kSecondNs, 4);
  put_chunk(&out, 10, time_ns % kSecondNs / 1000, 4);
  put_chunk(&out, 11, static_cast<uint8_t>(content), 1);
  put_chunk(&out, 12, stamp.capture_id, 4);
  if (!stamp.key.empty()) put_chunk(&out, 14, stamp.key);
  put_chunk(&out, 15, datagram.payload);
  out[4] = static_cast<char>(out.size() >> 8);
  out[5] = static_cast<char>(out.size());
  return out;
}

}  // namespace sipladder
