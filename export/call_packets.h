// Decides which packets of a capture belong to chosen calls: their SIP messages with all fragments
// and segments that carry them, all packets of their TCP connections, their media with what goes
// beside it (RTCP, STUN, TURN, DTLS, ZRTP, fax), and ICMP errors about any of these.
//
// Whoever uses this reads the capture again and asks wants() for each packet. A capture with
// fragments, TCP or SCTP is read twice: first for survey(), because a later packet can show that an
// earlier one belongs to a call. The packets themselves are not kept.
//
// Threads: as Model. Bounds: beside each table.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <deque>
#include <memory>
#include <vector>

#include "decode/decoder.h"
#include "decode/turn.h"
#include "export/frame_key.h"
#include "export/media_owners.h"
#include "export/tcp_connections.h"

namespace sipladder {

class CallPackets {
 public:
  // `calls`: null for all calls of the capture. All packets must be in the model already. `model`,
  // `log`, `analyst` and `*calls` must outlive this object.
  CallPackets(const Model& model, const PacketLog& log, Analyst& analyst,
              const std::vector<CallId>* calls, bool sip_only);

  // True: every packet has to be shown to survey() in capture order, then end_survey() called,
  // before the first wants().
  bool needs_survey() const;
  void survey(const Packet& packet);
  void end_survey();
  // Must be asked of every packet, in capture order.
  bool wants(const Packet& packet);

 private:
  struct StreamSpan {
    int64_t first_ns, last_ns;
    bool wanted;
  };
  // What packets have in common that carry pieces of one IP datagram or of one SCTP message.
  struct PieceKey {
    IpAddress src, dst;
    uint64_t id = 0;
    uint8_t point = 0;
    bool operator==(const PieceKey&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const PieceKey& key) {
      return H::combine(std::move(h), key.src.bytes, key.dst.bytes, key.id, key.point);
    }
  };
  struct Pile {
    std::vector<FrameKey> frames;
    int64_t first_ns = 0;
    int64_t done_ns = 0;  // when the last piece came; 0: not yet
    bool wanted = false;
  };

  void learn_messages();
  void learn_streams();
  bool wants_call(CallId call) const;

  bool wants_any_datagram();
  bool wants_datagram(const Datagram& outer);
  bool wants_icmp(const Datagram& quote) const;
  bool wants_media(const Datagram& datagram, PayloadClass payload_class) const;
  const StreamSpan* span_of(const Datagram& datagram, uint32_t ssrc) const;
  bool owns(const Datagram& datagram) const;
  MessageId quoted_message(const Datagram& quote) const;

  void survey_pieces(const Packet& packet, bool wanted);
  void make_room_for_pile();
  std::vector<PieceKey> pieces_in(const Packet& packet) const;
  void add_sctp_pieces(const Packet& packet, size_t place, std::vector<PieceKey>* result) const;

  const Model& model_;
  const PacketLog& log_;
  Analyst& analyst_;
  const std::vector<CallId>* calls_;
  bool sip_only_;
  bool has_connections_ = false;
  absl::flat_hash_set<uint32_t> wanted_calls_;
  std::vector<FrameKey> sip_frames_;    // ascending
  std::vector<FrameKey> extra_frames_;  // of wanted pieces; ascending after end_survey()
  absl::flat_hash_map<uint64_t, std::vector<MessageId>> quotable_;  // by stream_key() without SSRC
  absl::flat_hash_map<uint64_t, std::vector<StreamSpan>> spans_;    // by stream_key()
  std::unique_ptr<MediaOwners> owners_;                             // null: SIP only
  TurnRelays turn_;
  std::unique_ptr<Decoder> decoder_ = std::make_unique<Decoder>();
  std::vector<PacketPart> parts_;
  std::vector<Datagram> datagrams_;
  TcpConnections connections_;
  absl::flat_hash_set<ConnectionId> wanted_connections_;
  absl::flat_hash_map<PieceKey, Pile> piles_;  // at most kMostPiles
  std::deque<PieceKey> pile_order_;
};

}  // namespace sipladder
