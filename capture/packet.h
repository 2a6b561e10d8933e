// A captured packet and the reference that finds its bytes again.
//
// Lifetime: Packet::data is valid until the next call of PacketSource::next(). A record that lives
// longer keeps a PacketRef, 16 bytes, and reads the bytes again through PacketLog. Bytes that are
// in no file (kNotStored) must first be appended to the spool of PacketLog, by whoever makes the
// record.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sipladder {

inline constexpr uint16_t kNotStored = UINT16_MAX;  // PacketRef::store of bytes in memory only

// `length` bytes at `offset` of the store `store` (see PacketLog). Valid as long as the PacketLog.
struct PacketRef {
  uint64_t offset = 0;
  uint32_t length = 0;
  uint16_t store = 0;

  bool is_stored() const { return store != kNotStored; }
};
inline PacketRef not_stored(size_t length) {
  return {0, static_cast<uint32_t>(length), kNotStored};
}

// The longest packet that this program, tcpdump and Wireshark write into a capture file.
inline constexpr uint32_t kSnapLength = 262'144;

inline constexpr uint8_t kLastPoint = 254;  // largest Packet::point: all further points share it

enum class Transport : uint8_t { udp, tcp, tls, ws, wss, sctp };

struct Packet {
  int64_t time_ns = 0;     // since the Unix epoch
  uint32_t frame = 0;      // 1-based within its source, as Wireshark counts
  uint32_t original = 0;   // length on the wire
  uint16_t source = 0;     // index of the source (row of the `capture` table)
  uint8_t point = 0;       // where it was captured (capture_points.h)
  uint16_t interface = 0;  // of a pcapng file: each has a clock and an order of its own
  uint16_t link_type = 0;  // LINKTYPE_ value of https://www.tcpdump.org/linktypes.html
  PacketRef ref;           // where `data` stands; ref.length is the captured length
  const uint8_t* data = nullptr;
  // The packet was built around a message of a text log. It is never a duplicate of another one. An
  // address that the log leaves out is 0.0.0.0 or :: with port 0.
  bool logged = false;
  bool inferred = false;                 // of a logged packet: an address is from its SIP headers
  Transport transport = Transport::udp;  // of a logged packet: as the log says
};

}  // namespace sipladder
