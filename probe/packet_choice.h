// Decides which packets a capture service writes: SIP, other packets of its connections, and the
// media that its SDP names. Nothing is correlated.
//
// Bounds: those of the decoder, kMostMediaEnds, kMostConnections, kMostFragmented. Threads: one.
// Lifetime: what a MessageSink gets is valid until it returns.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "decode/decoder.h"
#include "decode/media.h"
#include "decode/sip_message.h"
#include "decode/turn.h"
#include "probe/media_ends.h"
#include "probe/packet_ends.h"
#include "probe/recent_set.h"

namespace sipladder {

inline constexpr size_t kMostConnections = 1 << 18;
inline constexpr size_t kMostFragmented = 1 << 16;  // fragmented IP datagrams that are remembered

enum class KeptMedia : uint8_t { none, headers, all };

struct ChoiceOptions {
  KeptMedia media = KeptMedia::all;
  std::vector<uint16_t> sip_ports = {5060, 5061};      // all packets of these are signalling
  uint16_t first_media_port = 0, last_media_port = 0;  // UDP in this range is media; 0: no range
};

// What a packet is, for the service. One row in packet_kinds.def: PACKET_KIND(name, "sentence").
enum class PacketKind : uint8_t {
#define PACKET_KIND(name, sentence) name,
#include "probe/packet_kinds.def"
#undef PACKET_KIND
  count_
};
std::string_view name_of(PacketKind kind);

enum class Wanted : uint8_t {
  no,
  yes,
  unknown,  // what comes later decides: ask wanted_later()
};

struct Choice {
  Wanted wanted = Wanted::no;
  PacketKind kind = PacketKind::foreign;
  uint32_t length = UINT32_MAX;  // bytes of the packet to write, at most
  uint64_t key = 0;              // if unknown: of the connection or datagram that decides
  uint64_t number = 0;           // of the packet; left to the caller
};

class PacketChoice {
 public:
  // Gets each SIP message, and RTCP of media that is known (`sip` is null then).
  using MessageSink = std::function<void(const Datagram& datagram, const SipIndex* sip)>;

  PacketChoice(ChoiceOptions options, MessageSink sink);

  // Decides about the next packet.
  Choice judge(const Packet& packet);
  // The same decision, after more packets have come; still `unknown` while nothing tells.
  Wanted wanted_later(const Choice& choice);
  // The capture has ended: gives the messages behind gaps to the MessageSink.
  void finish();

  Decoder& decoder() { return decoder_; }
  const MediaEnds& media() const { return media_; }
  size_t connections() const { return connections_.size(); }

 private:
  Choice judge_datagram(const Packet& packet, const Datagram& datagram);
  Choice judge_media(const Packet& packet, const Datagram& datagram, PayloadClass payload_class);
  Choice judge_icmp(const Datagram& datagram);
  Choice judge_other(const Packet& packet, Fate fate);
  Choice judge_connection(const PacketEnds& ends, Fate fate);
  Choice judge_fragment(const PacketFragment& fragment, const Choice& whole);
  void take_message(const Datagram& datagram);
  bool take_relay_control(const Datagram& datagram, PayloadClass payload_class);
  bool is_signalling(const Endpoint& end);
  bool is_media(const Endpoint& end);
  bool is_sip_port(uint16_t port) const;

  ChoiceOptions options_;
  MessageSink sink_;
  Decoder decoder_;
  TurnRelays turn_;
  std::vector<Datagram> datagrams_;
  std::vector<PacketPart> parts_;
  SipIndex sip_;
  MediaEnds media_;
  std::string unescaped_;   // of a relay's control
  RecentSet signalling_;    // endpoints that sent or got SIP, or the control of a relay
  RecentSet connections_;   // TCP and SCTP connections with such
  RecentSet refused_;       // TCP and SCTP connections without
  RecentSet fragmented_;    // fragmented IP datagrams that are wanted
  RecentSet no_fragments_;  // fragmented IP datagrams that are not
  int64_t now_ns_ = 0;      // time of the newest packet
};

}  // namespace sipladder
