// Records of an RTP stream. Times are nanoseconds since the epoch; 0 means "did not happen".
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "capture/packet.h"
#include "correlate/model/ids.h"
#include "correlate/model/rtp_sequence.h"
#include "decode/datagram.h"

namespace sipladder {

// What was heard of a stream while it passed. Every packet is listened to until the first sound.
struct VoiceListened {
  uint32_t decoded = 0;       // packets of G.711
  uint32_t others = 0;        // packets of comfort noise and events
  uint16_t loudness = 0;      // mean square of the loudest packet, as long as none is audible
  uint16_t payload_hash = 0;  // of the newest packet of a codec other than G.711
  uint8_t changes = 0;        // such packets that differ from the one before, up to a limit
  bool audible = false;
};
// The limit of VoiceListened::changes: beyond it the stream is heard. A codec that gets no sound
// needs some packets until its payload stays the same.
inline constexpr uint8_t kUnsteadyChanges = 50;

// RTP of one 5-tuple and SSRC, with the running figures of RFC 3550 (appendix A.1, A.3, A.8).
// The members that each packet changes come first: with a thousand streams at once, the cache lines
// that a packet touches decide what it costs.
struct alignas(64) StreamRecord {
  int64_t last_ns = 0;
  int64_t delta_max_ns = 0;  // longest time between two packets
  uint64_t bytes = 0;        // of RTP payload
  double jitter = 0;         // in timestamp units, running
  double jitter_sum_ms = 0;
  double jitter_max_ms = 0;
  // Of the newest packet of voice. Jitter is computed between packets of voice only, because
  // telephone-events keep their timestamp.
  int64_t voice_ns = 0;
  int64_t timestamp_span = 0;  // from the first packet to the newest, in timestamp units
  RtpSequence sequence;
  int64_t slice_ns = 0;         // when the present slice of ten seconds began
  int64_t interval_end_ns = 0;  // when the next interval of StreamHistory begins
  uint32_t packets = 0;
  uint32_t in_order = 0;   // packets whose number follows the one before: the proof that it is RTP
  uint32_t type_lead = 0;  // packets by which `payload_type` leads over other voice types
  uint32_t voice_timestamp = 0;
  uint32_t last_timestamp = 0;
  uint32_t timestamp_step = 0;  // between packets of voice that follow each other
  uint32_t newest_step = 0;     // becomes timestamp_step when it comes twice in a row
  uint32_t clock_hz = 8000;     // 0: dynamic type, not told from the timestamps yet
  uint32_t last_frame = 0;
  uint32_t payload_types[4] = {};  // bit set of the 128 payload types seen
  uint32_t points = 0;             // capture points that saw the stream: bit_of() of each
  uint16_t newest_ip_id = 0;
  uint16_t newest_bytes = 0;  // of the newest packet that is no event
  uint8_t voice_type = 0;     // payload type of the newest packet of voice
  uint8_t point = 0;          // capture point that saw the stream first
  uint8_t payload_type = 0;   // of most packets that are neither telephone-event nor comfort noise
  bool keyed = false;         // an SDP with keys of SRTP names one of its ends: see KeyedPlaces
  uint8_t ways = 0;           // the ways that its packets passed: way_bit() of each
  // One packet in five is a sample. Its silence is known only where the type tells the codec.
  uint32_t level_samples = 0;
  uint32_t silent_samples = 0;  // samples with nothing to hear, of comfort noise, or of an event
  uint64_t loudness_sum = 0;    // of the samples, as mean squares; 0 for what is not known
  VoiceListened listened;

  int64_t first_ns = 0;
  EndpointId src;
  EndpointId dst;
  uint32_t ssrc = 0;
  uint32_t first_frame = 0;
  uint32_t duplicates = 0;
  uint32_t copies = 0;         // duplicates that are the packet before, captured twice
  uint32_t event_repeats = 0;  // telephone-events sent again under their number: no duplicates
  uint32_t late = 0;
  uint32_t elsewhere = 0;         // packets that another point captured too
  int64_t delay_ns = 0;           // sum over these packets, from `point` to the other one
  int64_t elsewhere_from_ns = 0;  // the first of them
  int64_t elsewhere_ns = 0;       // and the newest
  // Packets that passed while both points were capturing.
  uint32_t covered = 0;
  uint32_t covered_until = 0;  // distinct() when the newest of `elsewhere` came
  // Which of the 64 newest packets `point` has shown, and which another point has. With clocks that
  // nearly agree, either point can be the first to show a packet. Kept only once two points show
  // the stream.
  uint64_t shown_here = 0;
  uint64_t shown_elsewhere = 0;
  int64_t worst_slice_ns = 0;   // when the ten seconds with the most loss began
  int64_t longest_loss_ns = 0;  // when longest_loss was over
  uint32_t slice_highest = 0;   // sequence.highest when the present slice began
  uint32_t slice_packets = 0;   // distinct() then
  uint32_t longest_loss = 0;    // packets missing in a row
  float worst_slice_pct = 0;    // lost
  // The newest jump back of the sequence numbers, or of the timestamps alone (jump_of_time).
  int64_t jump_ns = 0;
  uint32_t jump_frame = 0;
  uint32_t jump_from = 0, jump_to = 0;
  bool jump_of_time = false;
  bool early = false;  // began when no call that named its destination was known to be answered
  // Where the present dynamic payload type began, until its clock is known.
  int64_t clock_from_ns = 0;
  int64_t clock_from_span = 0;
  uint32_t clock_from_packets = 0;
  uint32_t pauses = 0;  // silence suppression: pauses that the sender made itself
  uint16_t icmp_errors = 0;
  uint16_t checksums_right = 0;  // of UDP, tested for one packet in 31
  uint16_t checksums_wrong = 0;
  uint8_t dscp = 0;
  // From RTCP; has_rtcp tells whether any report spoke of this stream.
  bool has_rtcp = false;
  uint8_t remote_fraction_lost = 0;
  bool has_rtt = false;  // rtt_us is known
  uint16_t source = 0;   // of first_frame
  uint32_t remote_jitter = 0;
  uint32_t remote_lost = 0;
  uint32_t reported_highest = 0;  // highest number received, by the newest report
  // Packets expected from the first one seen here to reported_highest: remote_lost is of these.
  uint32_t reported_expected = 0;
  int64_t reported_ns = 0;     // when a report last showed progress: reported_highest changed
  int64_t ahead_ns = 0;        // when a report last told of packets far ahead of those seen here
  uint32_t stuck_reports = 0;  // reports since reported_ns that say that all is lost
  uint32_t stuck_packets = 0;  // packets that had passed here at reported_ns
  int64_t stuck_ns = 0;        // time of the newest of stuck_reports
  // Packets that are missing here and came to the receiver, by its newest report.
  uint32_t received_unseen = 0;
  // What the receiver measured itself (RFC 3611 4.7), by its newest report.
  bool has_xr = false;
  uint8_t xr_loss_rate = 0;  // of 256, lost or discarded because it came too late
  uint16_t xr_rtt_ms = 0;
  // The newest sender report of this stream, to compute the round trip from the capture point to
  // the receiver (RFC 3550 6.4.1).
  uint32_t report_id = 0;  // middle 32 bits of its NTP time
  uint32_t rtt_us = 0;     // newest round trip
  int64_t report_ns = 0;
  int64_t longest_gap_ns = 0;  // when the gap of delta_max_ns was over

  int64_t longest_gap_from_ns() const { return longest_gap_ns - delta_max_ns; }
  // About when the newest packet before `end_ns` passed: no gap but the longest one is known.
  int64_t last_before(int64_t end_ns) const {
    const bool in_gap = longest_gap_from_ns() < end_ns && end_ns < longest_gap_ns;
    return in_gap ? longest_gap_from_ns() : std::min(last_ns, end_ns);
  }
  // How long packets passed between these times: the longest gap is subtracted. Never negative.
  int64_t ran_within(int64_t begin_ns, int64_t end_ns) const {
    const auto overlap = [&](int64_t from, int64_t until) {
      return std::max<int64_t>(0, std::min(until, end_ns) - std::max(from, begin_ns));
    };
    return overlap(first_ns, last_ns) - overlap(longest_gap_from_ns(), longest_gap_ns);
  }
  // The sender sends nothing while its user is silent (silence suppression).
  bool pauses_in_silence() const { return pauses >= 3; }
  static constexpr uint32_t bit_of(uint8_t at) { return 1U << at % 32; }
  static constexpr uint8_t way_bit(Way way) {
    return static_cast<uint8_t>(1U << static_cast<unsigned>(way));
  }
  bool passed(Way way) const { return (ways & way_bit(way)) != 0; }
  bool seen_at(uint8_t at) const { return (points & bit_of(at)) != 0; }
  // Most packets are here twice, each copy right behind its original: the capture made them, and
  // no network.
  bool is_captured_twice() const { return copies * 10 >= (packets - copies) * 9; }
  // Packets with different sequence numbers.
  uint32_t distinct() const { return packets - duplicates - event_repeats; }
  // Packets without the copies that the capture made.
  uint32_t packets_once() const { return is_captured_twice() ? packets - copies : packets; }
  bool shares_point_with(const StreamRecord& other) const { return (points & other.points) != 0; }
};

// Where a stream's packets of voice are, for codecs other than G.711. They are decoded when
// somebody asks whether there is anything to hear.
struct VoicePlaces {
  struct Place {
    uint32_t offset;  // from `base`
    uint32_t length;
  };
  uint64_t base = 0;
  std::vector<Place> places;
  uint16_t store = 0;

  // A packet in another file, or more than 4 GiB behind the first one, gets no place.
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

// Where all packets of a stream are that may be SRTP with known keys, and when they passed.
struct KeyedPlaces {
  struct Place {
    uint32_t offset_low;
    uint32_t frame;
    uint32_t ms;  // after `first_ns`, at most UINT32_MAX
    uint16_t offset_high;
    uint16_t length;
    uint16_t store;
  };
  int64_t first_ns = 0;
  std::vector<Place> places;

  // False: the packet is too long, or too far in the file, to be kept.
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

// Where some of the first packets of a stream are that began before the answer: short runs of
// packets, about half a second apart.
struct EarlyVoice {
  static constexpr uint32_t kRun = 3;
  static constexpr uint32_t kStep = 24;
  static constexpr uint32_t kRuns = 12;
  static constexpr uint32_t kPackets = kStep * kRuns;
  PacketRef refs[kRuns * kRun];
  uint32_t count = 0;

  // Whether packet number `packet` of the stream, counted from 1, is one of a run.
  static bool wants(uint32_t packet) { return packet % kStep >= 2 && packet % kStep < 2 + kRun; }
  void add(const PacketRef& ref) {
    if (count < kRuns * kRun) refs[count++] = ref;
  }
};

}  // namespace sipladder
