// What is kept in memory of an RTP stream. Times are nanoseconds since the epoch; 0 means "did not
// happen".
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "capture/packet.h"
#include "correlate/model/ids.h"
#include "correlate/model/rtp_sequence.h"

namespace sipladder {

// What was heard of a stream while it passed: of each packet until the first sound.
struct VoiceListened {
  uint32_t decoded = 0;       // packets of G.711
  uint32_t others = 0;        // comfort noise and events
  uint16_t loudness = 0;      // mean square of the loudest packet, as long as none is audible
  uint16_t payload_hash = 0;  // of the newest packet of another codec
  uint8_t changes = 0;        // packets of these that differ from the one before, up to a limit
  bool audible = false;
};
// A codec that gets no sound needs some packets until its payload stays the same.
inline constexpr uint8_t kUnsteadyChanges = 50;

// RTP of one 5-tuple and SSRC, with the running figures of RFC 3550 (appendix A.1, A.3, A.8).
// What each packet changes comes first: a thousand streams at once, and their lines of the cache
// decide what a packet costs.
struct alignas(64) StreamRecord {
  int64_t last_ns = 0;
  int64_t delta_max_ns = 0;
  uint64_t bytes = 0;  // of RTP payload
  double jitter = 0;   // in timestamp units, running
  double jitter_sum_ms = 0;
  double jitter_max_ms = 0;
  // The newest packet of voice: jitter is between these, since telephone-events keep their
  // timestamp.
  int64_t voice_ns = 0;
  int64_t timestamp_span = 0;  // from the first packet to the newest, in timestamp units
  RtpSequence sequence;
  // Ten seconds at a time: where they began, and the worst that were.
  int64_t slice_ns = 0;
  int64_t interval_end_ns = 0;  // when the next of its intervals begins: StreamHistory
  uint32_t packets = 0;
  uint32_t in_order = 0;   // packets that followed their predecessor: the proof that this is RTP
  uint32_t type_lead = 0;  // packets by which `payload_type` leads over other voice types
  uint32_t voice_timestamp = 0;
  uint32_t last_timestamp = 0;
  uint32_t timestamp_step = 0;  // between packets of voice that follow each other
  uint32_t newest_step = 0;     // it becomes timestamp_step when it comes twice
  uint32_t clock_hz = 8000;     // 0: dynamic, not told from its timestamps yet
  uint32_t last_frame = 0;
  uint32_t payload_types[4] = {};  // bit set of the 128 payload types seen
  uint32_t points = 0;             // that saw it: bit `point` modulo 32
  uint16_t newest_ip_id = 0;
  uint16_t newest_bytes = 0;  // of the newest packet that is no event
  uint8_t voice_type = 0;
  uint8_t point = 0;         // that saw it first
  uint8_t payload_type = 0;  // of most packets that are neither telephone-event nor comfort noise
  bool keyed = false;        // an SDP with a=crypto names one of its ends: see KeyedPlaces
  // Of one packet in five, as far as its codec can be told from its type.
  uint32_t level_samples = 0;
  uint32_t silent_samples = 0;  // nothing to hear, comfort noise, or no signal at all
  VoiceListened listened;

  int64_t first_ns = 0;
  EndpointId src;
  EndpointId dst;
  uint32_t ssrc = 0;
  uint32_t first_frame = 0;
  uint32_t duplicates = 0;
  uint32_t copies = 0;         // of these: the packet before once more, captured twice
  uint32_t event_repeats = 0;  // telephone-events sent again under their number: no duplicates
  uint32_t late = 0;
  uint32_t elsewhere = 0;         // packets that another point captured too
  int64_t delay_ns = 0;           // of these packets together, from the one point to the other
  int64_t elsewhere_from_ns = 0;  // the first of them
  int64_t elsewhere_ns = 0;       // and the newest
  // Packets that passed while both points were capturing, and how many had when the newest of
  // `elsewhere` came.
  uint32_t covered = 0;
  uint32_t covered_until = 0;
  // Which of the 64 newest `point` showed, and which another one did, since there are two: with
  // clocks that agree but nearly, now the one shows a packet first and now the other.
  uint64_t shown_here = 0;
  uint64_t shown_elsewhere = 0;
  int64_t worst_slice_ns = 0;
  int64_t longest_loss_ns = 0;  // when it was over
  uint32_t slice_highest = 0;
  uint32_t slice_packets = 0;
  uint32_t longest_loss = 0;  // packets missing in a row
  float worst_slice_pct = 0;  // lost
  // The newest jump back of its numbers, or of its timestamps alone, and where that was.
  int64_t jump_ns = 0;
  uint32_t jump_frame = 0;
  uint32_t jump_from = 0, jump_to = 0;
  bool jump_of_time = false;
  bool early = false;  // it began before an answer to the call that named its destination
  // Where the present payload type began, until its clock is told.
  int64_t clock_from_ns = 0;
  int64_t clock_from_span = 0;
  uint32_t clock_from_packets = 0;
  uint32_t pauses = 0;  // silence suppression: pauses that the sender made itself
  uint16_t icmp_errors = 0;
  uint16_t checksums_right = 0;  // of UDP, of one packet in 31
  uint16_t checksums_wrong = 0;
  uint8_t dscp = 0;
  // From RTCP; has_rtcp tells whether any report spoke of this stream.
  bool has_rtcp = false;
  uint8_t remote_fraction_lost = 0;
  bool has_rtt = false;  // rtt_us is known
  uint16_t source = 0;   // of first_frame
  uint32_t remote_jitter = 0;
  uint32_t remote_lost = 0;
  uint32_t reported_highest = 0;  // by its newest report
  // Numbers from the first one seen here to that: remote_lost is of these.
  uint32_t reported_expected = 0;
  int64_t reported_ns = 0;       // when a report last told of a packet newer than the one before
  int64_t ahead_ns = 0;          // when one told of packets long after the newest seen here
  uint32_t stuck_reports = 0;    // since reported_ns: all is lost
  uint32_t stuck_packets = 0;    // that had passed here at reported_ns
  int64_t stuck_ns = 0;          // of the newest of these
  uint32_t received_unseen = 0;  // missing here, and not at the receiver by its newest report
  // As the receiver's own measurement says (RFC 3611 4.7), newest.
  bool has_xr = false;
  uint8_t xr_loss_rate = 0;  // of 256, with what came too late to be played
  uint16_t xr_rtt_ms = 0;
  // The newest sender report of this stream, to tell the way to the receiver and back (6.4.1).
  uint32_t report_id = 0;  // middle 32 bits of its NTP time
  uint32_t rtt_us = 0;     // between the capture point and the receiver, newest
  int64_t report_ns = 0;
  int64_t longest_gap_ns = 0;  // when delta_max_ns was over

  int64_t longest_gap_from_ns() const { return longest_gap_ns - delta_max_ns; }
  // Its newest packet before `end_ns`, as far as its longest gap tells.
  int64_t last_before(int64_t end_ns) const {
    const bool in_gap = longest_gap_from_ns() < end_ns && end_ns < longest_gap_ns;
    return in_gap ? longest_gap_from_ns() : std::min(last_ns, end_ns);
  }
  // How long of that time, but for its longest gap. Not negative.
  int64_t ran_within(int64_t begin_ns, int64_t end_ns) const {
    const auto overlap = [&](int64_t from, int64_t until) {
      return std::max<int64_t>(0, std::min(until, end_ns) - std::max(from, begin_ns));
    };
    return overlap(first_ns, last_ns) - overlap(longest_gap_from_ns(), longest_gap_ns);
  }
  // Its sender is silent whenever its user is.
  bool pauses_in_silence() const { return pauses >= 3; }
  static constexpr uint32_t bit_of(uint8_t at) { return 1U << at % 32; }
  bool seen_at(uint8_t at) const { return (points & bit_of(at)) != 0; }
  // Most packets are here twice, each copy right behind its original: the capture made them, and
  // no network.
  bool is_captured_twice() const { return copies * 10 >= (packets - copies) * 9; }
  // Different ones.
  uint32_t distinct() const { return packets - duplicates - event_repeats; }
  // Each of them once, whatever the capture did.
  uint32_t packets_once() const { return is_captured_twice() ? packets - copies : packets; }
  bool shares_point_with(const StreamRecord& other) const { return (points & other.points) != 0; }
};

// Where a stream's packets of voice are, of other than G.711: they are decoded when somebody asks
// whether there is anything to hear.
struct VoicePlaces {
  struct Place {
    uint32_t offset;  // from `base`
    uint32_t length;
  };
  uint64_t base = 0;
  std::vector<Place> places;
  uint16_t store = 0;

  // What lies too far behind the first one has no place.
  void add(const PacketRef& ref) {
    if (places.empty()) {
      base = ref.offset;
      store = ref.store;
    }
    if (ref.store != store || ref.offset < base || ref.offset - base > UINT32_MAX) return;
    places.push_back({static_cast<uint32_t>(ref.offset - base), ref.length});
  }
  uint32_t count() const { return static_cast<uint32_t>(places.size()); }
  PacketRef ref(uint32_t index) const {
    return {base + places[index].offset, places[index].length, store};
  }
};

// Where all packets are of a stream that may be encrypted with keys of SDP, and when they passed.
struct KeyedPlaces {
  struct Place {
    uint32_t offset_low;
    uint32_t frame;
    uint32_t ms;  // after `first_ns`; as many as fit
    uint16_t offset_high;
    uint16_t length;
    uint16_t store;
  };
  int64_t first_ns = 0;
  std::vector<Place> places;

  // False: it does not fit.
  bool add(const PacketRef& ref, int64_t time_ns, uint32_t frame) {
    if (ref.length > UINT16_MAX || ref.offset >> 48 != 0) return false;
    if (places.empty()) first_ns = time_ns;
    const int64_t ms = std::clamp<int64_t>((time_ns - first_ns) / 1'000'000, 0, UINT32_MAX);
    places.push_back({static_cast<uint32_t>(ref.offset), frame, static_cast<uint32_t>(ms),
                      static_cast<uint16_t>(ref.offset >> 32), static_cast<uint16_t>(ref.length),
                      ref.store});
    return true;
  }
  uint32_t count() const { return static_cast<uint32_t>(places.size()); }
  int64_t time_ns(uint32_t index) const { return first_ns + int64_t{places[index].ms} * 1'000'000; }
  PacketRef ref(uint32_t index) const {
    const Place& place = places[index];
    return {uint64_t{place.offset_high} << 32 | place.offset_low, place.length, place.store};
  }
};

// Where some of the first packets are of a stream that began before the answer: short runs, half a
// second apart.
struct EarlyVoice {
  static constexpr uint32_t kRun = 3;
  static constexpr uint32_t kStep = 24;
  static constexpr uint32_t kRuns = 12;
  static constexpr uint32_t kPackets = kStep * kRuns;
  PacketRef refs[kRuns * kRun];
  uint32_t count = 0;

  // The packet of that number, from 2 on.
  static bool wants(uint32_t packet) { return packet % kStep >= 2 && packet % kStep < 2 + kRun; }
  void add(const PacketRef& ref) {
    if (count < kRuns * kRun) refs[count++] = ref;
  }
};

}  // namespace sipladder
