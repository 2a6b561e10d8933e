#include "correlate/rtp/rtp_streams.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "capture/time_units.h"
#include "correlate/model/eviction.h"
#include "correlate/rtp/receiver_reports.h"
#include "correlate/rtp/stream_figures.h"
#include "decode/sdp.h"
#include "media/loudness.h"

namespace sipladder {
namespace {

constexpr size_t kMaxIcmpErrors = 100'000;

// When the packet with this number passed first: the time of the newest packet, less the distance
// of the two numbers in timestamps.
int64_t sent_ns(const StreamRecord& stream, uint16_t number) {
  if (stream.clock_hz == 0) return stream.last_ns;
  constexpr uint64_t kMostSeconds = 3600;
  const uint64_t step =
      std::min(uint64_t{distance_behind(stream.sequence, number)} * stream.timestamp_step,
               kMostSeconds * stream.clock_hz);
  return stream.last_ns - static_cast<int64_t>(step * 1'000'000'000 / stream.clock_hz);
}

// Another capture point has shown this packet already: it passed there earlier, or the clocks
// differ.
bool was_seen_elsewhere(const StreamRecord& stream, uint8_t point, uint16_t number) {
  const uint16_t back = distance_behind(stream.sequence, number);
  if (back >= 64) return point != stream.point && back < 0x8000;
  if (!has_come(stream.sequence, number)) return false;
  const uint64_t bit = uint64_t{1} << back;
  return point != stream.point ||
         ((stream.shown_elsewhere & bit) != 0 && (stream.shown_here & bit) == 0);
}

// The packet has the IP ID of the packet before and comes at once: a mirror port or the `any`
// device shows each packet twice. Hosts that send ID 0, and IPv6, cannot be told this way.
bool is_packet_before(const StreamRecord& stream, const Datagram& datagram) {
  constexpr int64_t kAtOnceNs = 5'000'000;
  return datagram.ip_id != 0 && datagram.ip_id == stream.newest_ip_id &&
         datagram.time_ns - stream.last_ns < kAtOnceNs;
}

// Notes which point showed the packet. `newest` is the highest number before this packet came.
void note_shown(StreamRecord& stream, uint8_t point, uint16_t number, uint32_t newest) {
  if ((stream.points & (stream.points - 1)) == 0) return;
  const uint32_t step = stream.sequence.highest - newest;
  stream.shown_here = step >= 64 ? 0 : stream.shown_here << step;
  stream.shown_elsewhere = step >= 64 ? 0 : stream.shown_elsewhere << step;
  const uint16_t back = distance_behind(stream.sequence, number);
  uint64_t& shown = point == stream.point ? stream.shown_here : stream.shown_elsewhere;
  if (back < 64) shown |= uint64_t{1} << back;
}

}  // namespace

EndpointId EndpointTable::id_of(const Endpoint& endpoint) {
  const auto [slot, inserted] = ids_.try_emplace(endpoint);
  if (inserted) slot->second = model_.endpoints.add(endpoint);
  return slot->second;
}

void EndpointTable::forget_unused() {
  std::vector<bool> used(model_.endpoints.size() + size_t{1});
  const auto mark = [&](const auto& record) {
    used[record.src.value] = true;
    used[record.dst.value] = true;
  };
  for (const MessageId id : model_.messages.ids()) mark(model_.messages[id]);
  for (const TransactionId id : model_.transactions.ids()) mark(model_.transactions[id]);
  for (const StreamId id : model_.streams.ids()) mark(model_.streams[id]);
  for (const IcmpErrorRecord& error : model_.icmp_errors) mark(error);
  for (const Keepalive& keepalive : model_.keepalives) mark(keepalive);
  absl::erase_if(ids_, [&](const auto& slot) {
    if (used[slot.second.value]) return false;
    model_.endpoints.forget(slot.second);
    return true;
  });
  ids_.rehash(0);
}

void RtpStreams::forget_evicted() {
  absl::erase_if(by_key_, [&](const auto& slot) { return !model_.streams.holds(slot.second); });
  by_key_.rehash(0);
  places_ = 0;
  for (const auto& [id, voice] : model_.voice_places) places_ += voice.count();
  keyed_places_ = 0;
  for (const auto& [id, keyed] : model_.keyed_places) keyed_places_ += keyed.count();
}

// Looks at all streams, so not more than once in a second of the capture.
bool RtpStreams::make_room(int64_t now_ns) {
  constexpr int64_t kIdleNs = 60 * kSecondNs;
  if (now_ns - looked_for_room_ns_ < kSecondNs) return false;
  looked_for_room_ns_ = now_ns;
  forget_streams(model_, log_, now_ns - kIdleNs);
  forget_evicted();
  return model_.streams.held() < kMaxStreams;
}

StreamRecord* RtpStreams::find(const Endpoint& src, const Endpoint& dst, uint32_t ssrc) {
  const auto found = by_key_.find(stream_key(src, dst, ssrc));
  return found == by_key_.end() ? nullptr : &model_.streams[found->second];
}

// A redial from the same port with the same SSRC: the stream paused, and another call has named its
// destination since.
bool RtpStreams::belongs_to_next_call(const StreamRecord& stream, const Datagram& datagram) const {
  constexpr int64_t kPauseNs = 200'000'000;
  return datagram.time_ns - stream.last_ns >= kPauseNs &&
         turns_.taken_ns(datagram.dst) > stream.last_ns;
}

void RtpStreams::note_coverage(const Datagram& datagram) {
  constexpr int64_t kPauseNs = 1'000'000'000;
  Coverage& coverage = coverage_of(datagram.point);
  if (datagram.time_ns - coverage.newest_ns > kPauseNs) coverage.resumed_ns = datagram.time_ns;
  coverage.newest_ns = std::max(coverage.newest_ns, datagram.time_ns);
}

// Counts a packet that another point has shown. Both points should have shown all packets since the
// last such one, unless one of the two did not capture in between.
void RtpStreams::add_elsewhere(StreamRecord& stream, const Datagram& datagram,
                               const RtpHeader& rtp) {
  constexpr int64_t kMostNs = 60'000'000'000;  // more is no delay; the sum stays in range
  const int64_t delay_ns =
      std::clamp(datagram.time_ns - sent_ns(stream, rtp.sequence), -kMostNs, kMostNs);
  const int64_t resumed_ns =
      std::max(coverage_of(datagram.point).resumed_ns, coverage_of(stream.point).resumed_ns);
  const uint32_t passed = stream.distinct();
  const bool covered = stream.elsewhere != 0 && resumed_ns <= stream.elsewhere_ns;
  stream.covered += covered ? passed - stream.covered_until : 1;
  stream.covered_until = passed;
  if (stream.elsewhere++ == 0) stream.elsewhere_from_ns = datagram.time_ns;
  stream.elsewhere_ns = datagram.time_ns;
  stream.delay_ns += datagram.point == stream.point ? -delay_ns : delay_ns;
}

void RtpStreams::prefetch_record(uint64_t key) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto* const record = reinterpret_cast<const char*>(&model_.streams[found->second]);
  for (size_t at = 0; at < offsetof(StreamRecord, first_ns); at += 64)
    __builtin_prefetch(record + at, 1);
}

static void note_checksum(StreamRecord& stream, Checksum checksum) {
  uint16_t& count = checksum == Checksum::right ? stream.checksums_right : stream.checksums_wrong;
  if (count < UINT16_MAX) count++;
}

void RtpStreams::add_rtp(const Datagram& datagram, const RtpHeader& rtp, uint64_t key) {
  const auto found = by_key_.find(key);
  note_coverage(datagram);
  if (found != by_key_.end()) {
    StreamRecord& stream = model_.streams[found->second];
    if (belongs_to_next_call(stream, datagram)) {
      begin_stream(key, datagram, rtp);
      return;
    }
    stream.points |= StreamRecord::bit_of(datagram.point);
    stream.ways |= StreamRecord::way_bit(datagram.way);
    const uint32_t newest = stream.sequence.highest;
    if (was_seen_elsewhere(stream, datagram.point, rtp.sequence)) {
      add_elsewhere(stream, datagram, rtp);
      note_shown(stream, datagram.point, rtp.sequence, newest);
      return;
    }
    stream.last_frame = datagram.frame;
    const bool again = is_packet_before(stream, datagram);
    const uint32_t distinct = stream.distinct();
    const bool over = datagram.time_ns >= stream.interval_end_ns;
    if (over) {
      end_interval(found->second, stream, datagram.time_ns, true);
      stream.keyed = stream.keyed || is_keyed(datagram);
    }
    advance(stream, rtp, datagram.time_ns);
    if (over) end_interval(found->second, stream, datagram.time_ns, false);
    if (again && stream.distinct() == distinct) stream.copies++;
    if (stream.distinct() != distinct) try_clocks(found->second, datagram, rtp);
    if (datagram.checksum != Checksum::unknown) note_checksum(stream, datagram.checksum);
    stream.newest_ip_id = datagram.ip_id;
    note_shown(stream, datagram.point, rtp.sequence, newest);
    listen(stream, rtp, !datagram.truncated);
    add_early(found->second, datagram, rtp);
    if (is_event(rtp)) {
      add_event(found->second, rtp);
    } else {
      add_place(found->second, datagram, rtp);
    }
    return;
  }
  begin_stream(key, datagram, rtp);
}

// Called before a packet is counted (`before`) and after it. When the packet is in the next
// interval, the present one ends before the packet counts. When several intervals have passed, they
// end after it, because only the packet's number tells what was lost in them.
void RtpStreams::end_interval(StreamId id, StreamRecord& stream, int64_t time_ns, bool before) {
  auto history = model_.histories.find(id.value);
  if (history == model_.histories.end()) {
    if (model_.histories.size() >= kMaxHistories) {
      stream.interval_end_ns = INT64_MAX;
      return;
    }
    history = model_.histories.try_emplace(id.value).first;
  }
  const bool in_next = time_ns - stream.interval_end_ns < history->second.width_ns();
  if (before ? in_next : time_ns >= stream.interval_end_ns)
    history->second.end_interval(stream, time_ns);
}

// Keeps packets from before the answer, which are listened to later: ringback, an announcement, or
// nothing.
void RtpStreams::add_early(StreamId id, const Datagram& datagram, const RtpHeader& rtp) {
  const StreamRecord& stream = model_.streams[id];
  if (!stream.early || datagram.truncated || !is_voice(rtp)) return;
  if (stream.packets > EarlyVoice::kPackets || !EarlyVoice::wants(stream.packets)) return;
  PacketRef ref = datagram.ref;
  ref.length = static_cast<uint32_t>(datagram.payload.size());
  model_.early_voice[id.value].add(ref.is_stored() ? ref : log_.append(datagram.payload));
}

void RtpStreams::begin_stream(uint64_t key, const Datagram& datagram, const RtpHeader& rtp) {
  if (model_.streams.held() >= kMaxStreams && !make_room(datagram.time_ns)) {
    model_.media_accounting.streams_refused++;
    return;
  }
  StreamRecord stream;
  stream.src = endpoints_.id_of(datagram.src);
  stream.dst = endpoints_.id_of(datagram.dst);
  stream.ssrc = rtp.ssrc;
  stream.first_ns = datagram.time_ns;
  stream.interval_end_ns = datagram.time_ns + StreamHistory::kFirstWidthNs;
  stream.first_frame = stream.last_frame = datagram.frame;
  stream.source = datagram.source;
  stream.point = datagram.point;
  stream.points = StreamRecord::bit_of(datagram.point);
  stream.ways = StreamRecord::way_bit(datagram.way);
  stream.dscp = datagram.dscp;
  stream.newest_ip_id = datagram.ip_id;
  stream.early = turns_.is_before_answer(datagram.dst);
  stream.keyed = is_keyed(datagram);
  stream.payload_type = rtp.payload_type;
  stream.type_lead = is_voice(rtp) ? 1 : 0;
  const SdpFormat format = static_format(rtp.payload_type);
  stream.clock_hz = format.clock_hz;  // 0: dynamic, told from its timestamps
  begin_sequence(&stream.sequence, rtp.sequence);
  advance(stream, rtp, datagram.time_ns);
  listen(stream, rtp, !datagram.truncated);
  const StreamId id = by_key_[key] = model_.streams.add(stream);
  add_place(id, datagram, rtp);
  try_clocks(id, datagram, rtp);
}

// Only payload types to which RFC 3551 gives no clock have trials.
void RtpStreams::try_clocks(StreamId id, const Datagram& datagram, const RtpHeader& rtp) {
  constexpr uint8_t kLastStatic = 34;
  if (rtp.payload_type <= kLastStatic || !is_voice(rtp)) return;
  model_.clock_trials[id.value].add(rtp, datagram.time_ns);
}

// Four bytes of the stream's own payload type are voice, and no telephone-event.
void RtpStreams::add_event(StreamId id, const RtpHeader& rtp) {
  if (rtp.payload_type == model_.streams[id].payload_type) return;
  if (model_.dtmf.size() < kMaxStreams) model_.dtmf[id.value].add(rtp.payload, rtp.timestamp);
}

bool RtpStreams::is_keyed(const Datagram& datagram) const {
  return !keyed_.empty() && (keyed_.names(datagram.dst) || keyed_.names(datagram.src));
}

void RtpStreams::add_keyed_place(StreamId id, const Datagram& datagram) {
  if (datagram.truncated || keyed_places_ >= kMaxKeyedPlaces) return;
  PacketRef ref = datagram.ref;
  ref.length = static_cast<uint32_t>(datagram.payload.size());
  if (!ref.is_stored()) ref = log_.append(datagram.payload);
  if (model_.keyed_places[id.value].add(ref, datagram.time_ns, datagram.frame)) keyed_places_++;
}

// Keeps the place of a packet that may have to be decrypted, or to be listened to. Video has
// nothing to hear.
void RtpStreams::add_place(StreamId id, const Datagram& datagram, const RtpHeader& rtp) {
  constexpr uint32_t kVideoClock = 90'000;
  const StreamRecord& stream = model_.streams[id];
  if (stream.keyed) return add_keyed_place(id, datagram);
  if (stream.listened.audible) return;
  const bool needed =
      !datagram.truncated && is_voice(rtp) && !is_heard_in_passing(rtp.payload_type);
  if (!needed || stream.clock_hz == kVideoClock) return;
  if (places_ >= kMaxVoicePlaces) return;
  PacketRef ref = datagram.ref;
  ref.length = static_cast<uint32_t>(datagram.payload.size());
  model_.voice_places[id.value].add(ref.is_stored() ? ref : log_.append(datagram.payload));
  places_++;
}

void RtpStreams::note_rtcp(const Datagram& datagram, const RtcpReport& report) {
  const uint64_t key = stream_key(datagram.src, datagram.dst, report.ssrc);
  const auto [slot, inserted] =
      rtcp_by_key_.try_emplace(key, static_cast<uint32_t>(model_.rtcp.size()));
  if (inserted) {
    if (model_.rtcp.size() >= kMaxRtcp) {
      rtcp_by_key_.erase(slot);
      return;
    }
    RtcpRecord record;
    record.src = datagram.src;
    record.dst = datagram.dst;
    record.ssrc = report.ssrc;
    model_.rtcp.push_back(record);
  }
  RtcpRecord& record = model_.rtcp[slot->second];
  if (record.first_ns == 0) record.first_ns = datagram.time_ns;
  record.last_ns = datagram.time_ns;
  if (report.packets[static_cast<size_t>(RtcpKind::bye)] != 0) record.bye_ns = datagram.time_ns;
  if (!report.block || report.block->highest_sequence == 0) return;
  const RtcpReportBlock& block = *report.block;
  const bool same = block.ssrc == record.about;
  const bool repeated = same && block.highest_sequence == record.highest;
  if (same && !repeated) {
    record.progress_from_ns = record.block_ns;
    record.progress_ns = datagram.time_ns;
    record.progress_frame = datagram.frame;
  }
  record.repeated = repeated ? record.repeated + 1 : 0;
  record.about = block.ssrc;
  record.highest = block.highest_sequence;
  record.block_ns = datagram.time_ns;
  record.block_frame = datagram.frame;
  record.fraction_lost = block.fraction_lost;
}

void RtpStreams::add_rtcp(const Datagram& datagram, const RtcpReport& report) {
  note_rtcp(datagram, report);
  // RTCP runs on the port above its RTP or on the same (RFC 3550 11, RFC 5761).
  for (const uint16_t below : {uint16_t{1}, uint16_t{0}}) {
    Endpoint here = datagram.src;
    Endpoint there = datagram.dst;
    here.port = static_cast<uint16_t>(here.port - below);
    there.port = static_cast<uint16_t>(there.port - below);
    if (StreamRecord* sent = find(here, there, report.ssrc);
        sent != nullptr && report.sender_report) {
      sent->report_id = static_cast<uint32_t>(report.ntp >> 16);
      sent->report_ns = datagram.time_ns;
    }
    if (report.voip) {
      if (StreamRecord* heard = find(there, here, report.voip->ssrc); heard != nullptr)
        add_metrics(*heard, *report.voip);
    }
    if (!report.block) continue;
    // A report block is about the stream that runs the other way.
    if (StreamRecord* heard = find(there, here, report.block->ssrc); heard != nullptr) {
      add_report(*heard, *report.block, datagram.time_ns);
      return;
    }
  }
}

void RtpStreams::add_icmp(const Datagram& datagram) {
  if (model_.icmp_errors.size() >= kMaxIcmpErrors) return;
  IcmpErrorRecord record;
  record.time_ns = datagram.time_ns;
  record.frame = datagram.frame;
  record.point = datagram.point;
  record.src = endpoints_.id_of(datagram.src);
  record.dst = endpoints_.id_of(datagram.dst);
  record.from = datagram.icmp_from;
  record.type = datagram.icmp_type;
  record.code = datagram.icmp_code;
  record.mtu = datagram.icmp_mtu;
  model_.some_too_big = model_.some_too_big || record.says_too_big();
  RtpHeader quoted;
  if (classify_payload(datagram.payload) == PayloadClass::rtp &&
      parse_rtp(datagram.payload, &quoted)) {
    record.ssrc = quoted.ssrc;
  }
  model_.icmp_between[{record.src.value, record.dst.value}].push_back(
      static_cast<uint32_t>(model_.icmp_errors.size()));
  model_.icmp_errors.push_back(record);
  if (!record.ssrc) return;
  StreamRecord* stream = find(datagram.src, datagram.dst, *record.ssrc);
  if (stream != nullptr && stream->icmp_errors < UINT16_MAX) stream->icmp_errors++;
}

// Three packets follow their predecessors, and so does a quarter of the stream. Random bytes do not
// look like that.
bool is_rtp_by_progress(const StreamRecord& stream) {
  return stream.in_order >= 3 && stream.in_order * 4 >= stream.packets;
}

}  // namespace sipladder
