// RTP per 5-tuple and SSRC: one hash lookup per packet, the figures of RFC 3550 appendix A. At most
// the place of a packet is kept, not its bytes. Bytes that are in no file go to the spool.
//
// Threads: the one that keeps the streams.
// Bounds: kMaxStreams are held. For one more, streams that have been idle for a minute are
// forgotten. When there are none, its RTP is counted in MediaAccounting::streams_refused.
// kMaxRtcp of Model::rtcp; later reporters are not kept. kMaxVoicePlaces in all of
// Model::voice_places; whether later packets are silent is not known. kMaxKeyedPlaces in all of
// Model::keyed_places; later packets are not decrypted. kMaxHistories of Model::histories; other
// streams have no figures over time.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/rtp/keyed_ends.h"
#include "correlate/sip/call_turns.h"
#include "decode/datagram.h"
#include "decode/media.h"

namespace sipladder {

inline constexpr uint32_t kMaxStreams = 262'144;
inline constexpr uint32_t kMaxRtcp = 131'072;
inline constexpr uint32_t kMaxVoicePlaces = 4 << 20;
inline constexpr uint32_t kMaxKeyedPlaces = 4 << 20;
inline constexpr uint32_t kMaxHistories = 32'768;

// Gives the endpoints of packets their ids (Model::endpoints).
class EndpointTable {
 public:
  explicit EndpointTable(Model& model) : model_(model) {}
  EndpointId id_of(const Endpoint& endpoint);
  // Forgets the endpoints that no record names any more. Required after evict().
  void forget_unused();
  size_t bytes() const {
    return model_.endpoints.bytes() + ids_.capacity() * (sizeof(Endpoint) + sizeof(EndpointId) + 1);
  }

 private:
  Model& model_;
  absl::flat_hash_map<Endpoint, EndpointId, EndpointHash> ids_;
};

class RtpStreams {
 public:
  RtpStreams(Model& model, PacketLog& log, EndpointTable& endpoints, const CallTurns& turns,
             const KeyedEnds& keyed)
      : model_(model), log_(log), endpoints_(endpoints), turns_(turns), keyed_(keyed) {}

  // Packets are added in capture order. `key`: stream_key() of the packet.
  void add_rtp(const Datagram& datagram, const RtpHeader& rtp, uint64_t key);
  // Bring memory for a packet to come into the cache. prefetch_slot() has to come first,
  // prefetch_record() some packets later.
  void prefetch_slot(uint64_t key) const { by_key_.prefetch(key); }
  void prefetch_record(uint64_t key) const;
  void add_rtcp(const Datagram& datagram, const RtcpReport& report);
  // Requires an ICMP error: ends and payload are those of the quoted packet.
  void add_icmp(const Datagram& datagram);

  // Required after evict() and forget_streams().
  void forget_evicted();
  size_t bytes() const {
    return (by_key_.capacity() + rtcp_by_key_.capacity()) * kMapSlot +
           model_.rtcp.capacity() * sizeof(RtcpRecord) + places_ * sizeof(VoicePlaces::Place) +
           keyed_places_ * sizeof(KeyedPlaces::Place) +
           model_.dtmf.capacity() * sizeof(DtmfDigits) +
           model_.histories.size() * (sizeof(StreamHistory) + kHistoryBytes);
  }

 private:
  // Most histories take as much.
  static constexpr size_t kHistoryBytes = StreamHistory::kMost * sizeof(StreamInterval);
  void end_interval(StreamId id, StreamRecord& stream, int64_t time_ns, bool before);
  void note_coverage(const Datagram& datagram);
  void add_elsewhere(StreamRecord& stream, const Datagram& datagram, const RtpHeader& rtp);
  bool belongs_to_next_call(const StreamRecord& stream, const Datagram& datagram) const;
  void begin_stream(uint64_t key, const Datagram& datagram, const RtpHeader& rtp);
  bool make_room(int64_t now_ns);
  void note_rtcp(const Datagram& datagram, const RtcpReport& report);
  void add_place(StreamId id, const Datagram& datagram, const RtpHeader& rtp);
  void add_keyed_place(StreamId id, const Datagram& datagram);
  bool is_keyed(const Datagram& datagram) const;
  void add_early(StreamId id, const Datagram& datagram, const RtpHeader& rtp);
  void add_event(StreamId id, const RtpHeader& rtp);
  void try_clocks(StreamId id, const Datagram& datagram, const RtpHeader& rtp);
  StreamRecord* find(const Endpoint& src, const Endpoint& dst, uint32_t ssrc);

  Model& model_;
  PacketLog& log_;
  EndpointTable& endpoints_;
  const CallTurns& turns_;
  const KeyedEnds& keyed_;
  absl::flat_hash_map<uint64_t, StreamId, IdentityHash> by_key_;
  absl::flat_hash_map<uint64_t, uint32_t, IdentityHash> rtcp_by_key_;  // index into Model::rtcp
  int64_t looked_for_room_ns_ = 0;
  uint32_t places_ = 0;        // in Model::voice_places
  uint32_t keyed_places_ = 0;  // in Model::keyed_places
  // For each capture point, when its newest RTP passed and when its newest pause ended. A file that
  // begins later, or has a hole, does not cover what the file of another point shows.
  struct Coverage {
    int64_t newest_ns = 0;
    int64_t resumed_ns = 0;
  };
  Coverage& coverage_of(uint8_t point) { return coverage_[point % coverage_.size()]; }
  std::array<Coverage, 32> coverage_{};
};

}  // namespace sipladder
