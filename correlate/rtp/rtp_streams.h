// RTP per 5-tuple and SSRC: one hash lookup per packet, the figures of RFC 3550 appendix A. No
// packet is kept.
//
// Bounds: kMaxStreams held; who wants one more gets the place of those that have been idle for a
// minute, else its RTP is counted in Accounting::streams_refused. kMaxRtcp of Model::rtcp: of later
// ones nothing is known. kMaxVoicePlaces of Model::voice_places together: of later packets it is
// not known whether they are silent. kMaxKeyedPlaces of Model::keyed_places together: later packets
// are not opened. kMaxHistories of Model::histories: of others nothing is known
// over time.
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

class EndpointTable {
 public:
  explicit EndpointTable(Model& model) : model_(model) {}
  EndpointId id_of(const Endpoint& endpoint);
  // Those that no record names any more, after evict().
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

  // `key`: its stream_key().
  void add_rtp(const Datagram& datagram, const RtpHeader& rtp, uint64_t key);
  // Of a packet to come: memory is on its way when it does. First the one, a little later the
  // other.
  void prefetch_slot(uint64_t key) const { by_key_.prefetch(key); }
  void prefetch_record(uint64_t key) const;
  void add_rtcp(const Datagram& datagram, const RtcpReport& report);
  void add_icmp(const Datagram& datagram);

  void forget_evicted();
  size_t bytes() const {
    return (by_key_.capacity() + rtcp_by_key_.capacity()) * kMapSlot +
           model_.rtcp.capacity() * sizeof(RtcpRecord) + places_ * sizeof(VoicePlaces::Place) +
           keyed_places_ * sizeof(KeyedPlaces::Place) +
           model_.dtmf.capacity() * sizeof(DtmfDigits) +
           model_.histories.size() * (sizeof(StreamHistory) + kHistoryBytes);
  }

 private:
  // Most of them are as long as this.
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
  // Of each capture point, its newest RTP, and when its newest pause ended: a file that begins
  // later, or has a hole, does not cover what the other one shows.
  struct Coverage {
    int64_t newest_ns = 0;
    int64_t resumed_ns = 0;
  };
  Coverage& coverage_of(uint8_t point) { return coverage_[point % coverage_.size()]; }
  std::array<Coverage, 32> coverage_{};
};

}  // namespace sipladder
