// Turns packets into datagrams: link layer, tunnels, IP, fragments, UDP, TCP with SIP framing, TLS,
// SCTP, HEP, ICMP errors.
//
// decode() returns exactly one Fate for every packet; the engine counts it (Accounting in
// correlate/model/model.h). Threads: one. Errors: bad input is an oddity and a counter. Bounds:
// stated beside each table in the .cc files; evictions are counted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "decode/datagram.h"
#include "decode/neighbours.h"
#include "decode/packet_parts.h"
#include "decode/tls/connections.h"

namespace sipladder {

// Why a packet gave no datagram. One row in decode/fate.def: FATE(name, "one sentence for stats").
enum class Fate : uint8_t {
  payload,  // it gave at least one datagram, whose PayloadClass the correlator counts
#define FATE(name, sentence) name,
#include "decode/fate.def"
#undef FATE
  count_
};
std::string_view name_of(Fate fate);
std::string_view sentence_of(Fate fate);

// Something wrong or unusual that is counted, while the packet is decoded on. One row in
// decode/oddity.def: ODDITY(name, "one sentence").
enum class Oddity : uint8_t {
#define ODDITY(name, sentence) name,
#include "decode/oddity.def"
#undef ODDITY
  count_
};
std::string_view name_of(Oddity oddity);
std::string_view sentence_of(Oddity oddity);

// A UDP datagram that begins with a SIP start-line and whose other IP fragments never came.
struct IncompleteSip {
  int64_t time_ns = 0;
  uint32_t frame = 0;
  uint16_t source = 0;
  Endpoint src;
  Endpoint dst;
  std::string head;  // the payload before the first missing fragment, up to kMaxIncompleteHead
};
// Bytes of one direction of a TCP connection with SIP that the capture does not hold.
struct TcpGap {
  Endpoint src;
  Endpoint dst;
  int64_t before_ns = 0;  // of the last packet before the gap; 0: none is here
  int64_t after_ns = 0;   // of the first packet behind the gap
  uint32_t before_frame = 0;
  uint32_t after_frame = 0;
  uint32_t bytes = 0;
  bool acknowledged = false;  // the receiver acknowledged them: only the capture lacks them
};
// A direction of a TCP connection, or of one that never came to be, in which the same bytes were
// sent again and again while nothing came back.
struct TcpStall {
  Endpoint src;
  Endpoint dst;
  int64_t first_ns = 0;  // when the bytes were sent first
  int64_t last_ns = 0;   // of the last copy
  uint32_t first_frame = 0;
  uint32_t last_frame = 0;
  uint32_t copies = 0;   // without the first transmission
  bool opening = false;  // the copies are of a SYN
};
// A SYN that is answered by a reset: nothing listens there, or a box in between says so.
struct TcpRefusal {
  Endpoint client;
  Endpoint server;
  int64_t time_ns = 0;
  uint32_t syn_frame = 0;
  uint32_t reset_frame = 0;
};
inline constexpr size_t kMaxTcpRefusals = 4'096;  // later ones are not kept
// A UDP datagram in fragments of which the first one, with the ports, never came.
struct HeadlessUdp {
  uint32_t frame = 0;
  IpAddress src;
  IpAddress dst;
};
inline constexpr size_t kMaxTcpGaps = 256;
inline constexpr size_t kMaxTcpStalls = 1024;
inline constexpr size_t kMaxHeadlessUdp = 256;
inline constexpr size_t kMaxIncompleteSip = 256;
inline constexpr size_t kMaxIncompleteHead = 2048;

class Decoder {
 public:
  Decoder();
  ~Decoder();

  // Clears *out, then adds what the packet carried or completed. Returns Fate::payload if and only
  // if *out is not empty. packet.data must stay as long as the datagrams are used.
  Fate decode(const Packet& packet, std::vector<Datagram>* out);

  // Secrets of TLS. `keys` must outlive this; null: there are none.
  void set_keys(const KeyLog* keys);
  void set_rsa_keys(const RsaKeys* keys);  // likewise

  // From now on decode() clears *parts and fills it, from the outermost header to the innermost.
  // `parts` must stay until this is called with null, which ends it.
  void note_parts(std::vector<PacketPart>* parts);

  // Whether the snap length cut the packet that was decoded last, so that it lacks bytes that its
  // IP header promises. The original length in the record of a capture is no proof: it may count
  // bytes that are never captured, such as the checksum of Ethernet.
  bool was_cut() const;

  // The capture has ended: clears *out, then adds what was waiting behind gaps that nothing will
  // fill now. No Fate is given: every packet has had one.
  void finish(std::vector<Datagram>* out);

  const std::array<uint64_t, static_cast<size_t>(Oddity::count_)>& oddities() const;
  // Each holds only the first so many of the capture (kMaxIncompleteSip, ...).
  const std::vector<IncompleteSip>& incomplete_sip_fragments() const;
  const std::vector<HeadlessUdp>& headless_udp() const;
  const std::vector<TcpGap>& tcp_gaps() const;
  // Likewise. Stalls are complete only after finish().
  const std::vector<TcpStall>& tcp_stalls() const;
  const std::vector<TcpRefusal>& tcp_refusals() const;
  // The packet that was decoded last, if its fate is tcp_keepalive or udp_empty; else null. Valid
  // until the next decode().
  const Datagram* keepalive() const;
  // New secrets of TLS may have come: clears *out, then adds the datagrams that waited for them, in
  // the order of time and with the times of their packets. Valid as long as those of decode().
  void take_new_keys(std::vector<Datagram>* out);
  // Brings a copy of the rows about TLS connections up to date. It must always be the same copy.
  void update_tls(std::vector<TlsConnection>* copy);
  std::vector<NeighbourSilence> neighbour_silences() const;
  uint64_t fragments() const;  // IP fragments seen, of all sources

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
