// From a packet to datagrams: link layer, tunnels, IP, fragments, UDP, TCP with SIP framing, ICMP
// errors.
//
// Every packet ends in exactly one fate, counted here or by the correlator (see
// correlate/accounting.h). Threads: one. Bounds: stated beside each table in the .cc files;
// evictions are counted.
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
  payload,  // it gave at least one datagram: the correlator says what it was
#define FATE(name, sentence) name,
#include "decode/fate.def"
#undef FATE
  count_
};
std::string_view name_of(Fate fate);
std::string_view sentence_of(Fate fate);

// Things that are wrong or unusual, counted but not the packet's end. decode/oddity.def:
// ODDITY(name, "one sentence").
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
  std::string head;  // what came before the first hole, at most kMaxIncompleteHead bytes
};
// Bytes of one direction of a TCP connection with SIP that the capture does not hold.
struct TcpGap {
  Endpoint src;
  Endpoint dst;
  int64_t before_ns = 0;  // of the last packet before it; 0: none is here
  int64_t after_ns = 0;   // of the first behind it
  uint32_t before_frame = 0;
  uint32_t after_frame = 0;
  uint32_t bytes = 0;
  bool acknowledged = false;  // by their receiver: only the capture lacks them
};
// A direction of a TCP connection, or of one that never came to be, in which the same bytes were
// sent again and again while nothing came back.
struct TcpStall {
  Endpoint src;
  Endpoint dst;
  int64_t first_ns = 0;  // of the newest bytes
  int64_t last_ns = 0;   // of their newest copy
  uint32_t first_frame = 0;
  uint32_t last_frame = 0;
  uint32_t copies = 0;   // the first one is none
  bool opening = false;  // SYNs
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
// UDP in fragments of which the first, with the ports, never came.
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

  // Clears *out, then adds what the packet carried or completed. Fate::payload exactly when *out is
  // not empty.
  Fate decode(const Packet& packet, std::vector<Datagram>* out);

  // Secrets of TLS, which must live as long as this; null: there are none.
  void set_keys(const KeyLog* keys);
  void set_rsa_keys(const RsaKeys* keys);  // likewise

  // From now on decode() clears *parts and fills it, from the outermost header to the innermost.
  // Null: no more.
  void note_parts(std::vector<PacketPart>* parts);

  // The packet decoded last lacks bytes that its IP header promises: the snap length cut it. (The
  // original length of a capture's record may count what was never captured, such as a checksum.)
  bool was_cut() const;

  // The capture has ended: clears *out, then adds what stood behind gaps that nothing will fill.
  // Every packet has had its fate already.
  void finish(std::vector<Datagram>* out);

  const std::array<uint64_t, static_cast<size_t>(Oddity::count_)>& oddities() const;
  const std::vector<IncompleteSip>& incomplete_sip_fragments() const;  // the first of them
  const std::vector<HeadlessUdp>& headless_udp() const;                // likewise
  const std::vector<TcpGap>& tcp_gaps() const;                         // likewise
  // Complete once finished.
  const std::vector<TcpStall>& tcp_stalls() const;
  const std::vector<TcpRefusal>& tcp_refusals() const;
  // Of the packet that was decoded last, where its fate is tcp_keepalive or udp_empty; null
  // otherwise.
  const Datagram* keepalive() const;
  // What waited for secrets that came since, as datagrams in the order of time, with the times of
  // their packets. Valid as those of decode().
  void take_new_keys(std::vector<Datagram>* out);
  // Brings a copy of the rows about TLS up to date.
  void update_tls(std::vector<TlsConnection>* copy);
  std::vector<NeighbourSilence> neighbour_silences() const;
  uint64_t fragments() const;  // IP fragments seen, of all sources

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
