// Everything known of the capture so far: tables of records. The Engine fills it, everybody to the
// right of it reads it.
//
// Threads: two threads write here while packets are read: the one that reads and decodes, and the
// worker that correlates behind it. The groups of struct Model say which thread writes what.
// Everybody else reads while neither of them writes: after Engine::catch_up(), under the session's
// lock (query/session.h).
#pragma once

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "capture/packet_log.h"
#include "capture/packet_source.h"
#include "capture/time_units.h"
#include "correlate/model/call_label.h"
#include "correlate/model/cancellation.h"
#include "correlate/model/clock_steps.h"
#include "correlate/model/clock_trials.h"
#include "correlate/model/coverage.h"
#include "correlate/model/cut_request.h"
#include "correlate/model/media_records.h"
#include "correlate/model/relay_records.h"
#include "correlate/model/sip_records.h"
#include "correlate/model/stream_history.h"
#include "correlate/model/stream_records.h"
#include "correlate/model/table.h"
#include "decode/decoder.h"
#include "decode/media.h"
#include "media/dtmf.h"

namespace sipladder {

inline constexpr size_t kMaxRefers = 65'536;

// Where every packet went. The sum over `fates` (without Fate::payload) and `classes` is the number
// of packets.
struct Accounting {
  uint64_t packets = 0;
  std::array<uint64_t, static_cast<size_t>(Fate::count_)> fates{};
  std::array<uint64_t, static_cast<size_t>(PayloadClass::other) + 1>
      classes{};              // by the packet's first datagram
  uint64_t icmp_errors = 0;   // packets that quote another one: counted here, never as SIP or RTP
  uint64_t sip_messages = 0;  // a TCP packet can hold several
  uint64_t malformed = 0;
  uint64_t turn_channels_forgotten = 0;
  uint64_t relay_ports_refused = 0;  // of relay sessions that have too many
};

// What the worker counts of media.
struct MediaAccounting {
  std::array<uint64_t, static_cast<size_t>(RtcpKind::count_)> rtcp{};  // packets in compounds
  uint64_t streams_refused = 0;  // RTP that found the stream table full
};

// The same per source, for the `capture` table.
struct SourceCounters {
  uint64_t sip = 0, rtp = 0, rtcp = 0, other = 0, undecoded = 0, fragments = 0;
  uint64_t cut = 0;                 // packets that the snap length cut
  uint64_t cut_rtp = 0;             // RTP among the cut packets
  int64_t newest_ns = kEarliestNs;  // newest time of its packets so far
  // The same for each interface. The packets of two interfaces need not be in the order of time in
  // the file: that is no step of a clock.
  std::vector<int64_t> newest_of_interface;
  int64_t back_ns = 0;      // the largest step back of an interface's clock
  uint32_t back_frame = 0;  // the first frame after that step
  uint8_t point = 0;        // as in Packet

  void note_time(const Packet& packet);
};

// What was given up to stay within the memory (eviction.h).
struct Evicted {
  uint64_t calls = 0, messages = 0, streams = 0, relay_sessions = 0;
  uint32_t epoch = 0;  // changes when ids become invalid
};

struct Model {
  bool has_times(size_t source) const {
    return source >= captures.size() || captures[source].has_times;
  }
  bool has_dates(size_t source) const {
    return source >= captures.size() || captures[source].has_dates;
  }

  // Written by the thread that reads, packet by packet (Engine::process).
  Accounting accounting;
  std::vector<SourceCounters> sources;
  std::vector<ClockStep> clock_steps;  // in the order of frames
  Coverage coverage;                   // which times each capture point covers
  int64_t now_ns = 0;                  // newest packet's time, which may be before 1970
  Table<RelayPort, RelayPortId> relay_ports;
  absl::flat_hash_map<uint32_t, RelaySession> relay_sessions;  // by RelayPort::session

  // Written by the worker, batch by batch: SIP.
  Table<MessageRecord, MessageId> messages;
  Table<TransactionRecord, TransactionId> transactions;
  Table<DialogRecord, DialogId> dialogs;
  Table<CallRecord, CallId> calls;
  Table<CallLabel, CallId> labels;    // of each call
  std::vector<TransactionId> refers;  // at most kMaxRefers, in capture order
  // Written by the worker as well: hosts and media.
  Table<Endpoint, EndpointId> endpoints;
  Table<StreamRecord, StreamId> streams;  // candidates too: see is_listed()
  std::vector<IcmpErrorRecord> icmp_errors;
  // Indexes into icmp_errors, by the source and destination (EndpointId) of the quoted packet.
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>, std::vector<uint32_t>> icmp_between;
  bool some_too_big = false;  // one of icmp_errors has says_too_big()
  std::vector<RtcpRecord> rtcp;
  std::vector<IceCheckRecord> ice_checks;
  std::vector<HandshakeRecord> handshakes;
  std::vector<TurnAllocation> turn_allocations;
  absl::flat_hash_map<uint64_t, int64_t> fax_until_ns;  // newest UDPTL packet, by pair_key()
  std::vector<StunProbe> stun_probes;
  std::vector<Keepalive> keepalives;
  absl::flat_hash_map<uint32_t, DtmfDigits> dtmf;           // by StreamId
  absl::flat_hash_map<uint32_t, VoicePlaces> voice_places;  // by StreamId, for other than G.711
  absl::flat_hash_map<uint32_t, KeyedPlaces> keyed_places;  // by StreamId, for SRTP with keys
  absl::flat_hash_map<uint32_t, EarlyVoice> early_voice;    // by StreamId, before the answer
  absl::flat_hash_map<uint32_t, ClockTrials> clock_trials;  // by StreamId, dynamic payload types
  absl::flat_hash_map<uint32_t, StreamHistory> histories;   // by StreamId, longer than a second
  MediaAccounting media_accounting;

  // Written while the worker is idle. What the decoder has gathered (Engine::catch_up), each list
  // up to the bound that decode/ states:
  std::array<uint64_t, static_cast<size_t>(Oddity::count_)> oddities{};
  std::vector<TcpGap> tcp_gaps;
  std::vector<TcpStall> tcp_stalls;
  std::vector<TcpRefusal> tcp_refusals;
  std::vector<TlsConnection> tls;
  std::vector<NeighbourSilence> neighbours;  // ARP and ND requests without an answer
  // What is known once the source has ended (Engine::finish):
  std::vector<IncompleteSip> incomplete_sip_fragments;
  std::vector<HeadlessUdp> headless_udp;
  std::vector<CutRequest> cut_requests;  // the requests among incomplete_sip_fragments
  bool finished = false;                 // the source has ended
  // What was given up for memory (eviction.cc), and what the sources say (query/session.cc):
  Evicted evicted;
  std::vector<SourceInfo> captures;

  // Stops questions about the model: verdicts, bindings, rows. Their answers are incomplete then.
  // Any thread may request it.
  Cancellation cancellation;
};

// Until when the point that saw message `since` goes on capturing after it. Silence later than that
// proves nothing.
inline int64_t watched_until(const Model& model, const MessageRecord& since) {
  return model.coverage.until(since.point, since.time_ns);
}

// Indexes into Model::icmp_errors of the errors that quote a packet from `src` to `dst`, in capture
// order. Valid until packets are read again.
inline const std::vector<uint32_t>& icmp_errors_between(const Model& model, EndpointId src,
                                                        EndpointId dst) {
  static const std::vector<uint32_t> kNone;
  const auto found = model.icmp_between.find({src.value, dst.value});
  return found == model.icmp_between.end() ? kNone : found->second;
}

// The stream proves by itself to be RTP: sequence numbers follow each other. Streams that SDP names
// are listed without that proof.
bool is_rtp_by_progress(const StreamRecord& stream);

}  // namespace sipladder
