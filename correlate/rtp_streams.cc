#include "correlate/rtp_streams.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <optional>

#include "correlate/eviction.h"
#include "decode/sdp.h"
#include "media/loudness.h"

namespace sipladder {
namespace {

constexpr size_t kMaxIcmpErrors = 100'000;
constexpr uint32_t kClockGuessPackets = 8;  // watched before a dynamic payload type's clock is told

// No network delays a packet so much: the sender began anew with other timestamps.
constexpr double kRestartSeconds = 5;
// A clock that runs wrong does not show so much between two packets: a step, not a rate.
constexpr double kStepSeconds = 0.5;

uint64_t stream_key(const Endpoint& src, const Endpoint& dst, uint32_t ssrc) {
  uint64_t words[4];
  std::memcpy(words, src.ip.bytes.data(), 16);
  std::memcpy(words + 2, dst.ip.bytes.data(), 16);
  const uint64_t ports = uint64_t{src.port} << 48 | uint64_t{dst.port} << 32 | ssrc;
  static const uint64_t kKey = absl::HashOf(uint64_t{0x53495052});
  return mix(mix(words[0] ^ kKey, words[1] ^ ports), mix(words[2], words[3] ^ kKey));
}

// The clock of a dynamic payload type, from how fast its timestamps run.
uint32_t guess_clock(int64_t timestamps, int64_t elapsed_ns) {
  static constexpr uint32_t kClocks[] = {8000, 16000, 24000, 32000, 48000, 90000};
  const double rate = static_cast<double>(timestamps) * 1e9 / static_cast<double>(elapsed_ns);
  uint32_t best = 8000;
  for (const uint32_t clock : kClocks) {
    if (std::fabs(std::log(rate / clock)) < std::fabs(std::log(rate / best))) best = clock;
  }
  return best;
}

// What looks like a telephone-event (RFC 4733): four bytes of a dynamic type.
bool is_event(const RtpHeader& rtp) {
  return rtp.payload_type >= 96 && rtp.payload.size() == 4;
}

bool is_voice(const RtpHeader& rtp) {
  return !is_comfort_noise(rtp.payload_type) && !is_event(rtp);
}

// RFC 3550 A.8, in the order of arrival, late packets included. Returns the step of the timestamp
// from the packet before, 0 when there is none to compare.
int32_t advance_jitter(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns) {
  const int64_t gap_ns = time_ns - stream.voice_ns;
  const auto timestamp_gap = static_cast<int32_t>(rtp.timestamp - stream.voice_timestamp);
  // An event, or a frame of video: the first packet of one timestamp counts.
  if (stream.voice_ns != 0 && timestamp_gap == 0) return 0;
  // Where an event and voice, or two codecs, alternate, each has its own time.
  const bool first = stream.voice_ns == 0 || stream.voice_type != rtp.payload_type;
  stream.voice_type = rtp.payload_type;
  stream.voice_ns = time_ns;
  stream.voice_timestamp = rtp.timestamp;
  if (first || rtp.marker) return 0;
  if (stream.clock_hz == 0) return timestamp_gap;
  const double clock = stream.clock_hz;
  const double transit = static_cast<double>(gap_ns) * clock / 1e9 - timestamp_gap;
  if (std::fabs(transit) > kRestartSeconds * clock) return 0;
  stream.jitter += (std::fabs(transit) - stream.jitter) / 16.0;
  const double jitter_ms = stream.jitter * 1000.0 / clock;
  stream.jitter_max_ms = std::max(stream.jitter_max_ms, jitter_ms);
  return timestamp_gap;
}

// Nothing is missing, and the timestamp went on as the time did: the sender had nothing to say.
void note_pause(StreamRecord& stream, int64_t gap_ns, int32_t timestamps) {
  constexpr int64_t kPauseNs = 200'000'000;
  if (gap_ns < kPauseNs || stream.clock_hz == 0) return;
  const int64_t by_timestamp_ns = int64_t{timestamps} * 1'000'000'000 / stream.clock_hz;
  if (by_timestamp_ns > gap_ns / 2) stream.pauses++;
}

// The length of a packet shows in two equal steps; a pause shows once.
void note_step(StreamRecord& stream, int32_t step) {
  if (step <= 0) return;
  if (stream.timestamp_step == 0 || static_cast<uint32_t>(step) == stream.newest_step) {
    stream.timestamp_step = static_cast<uint32_t>(step);
  }
  stream.newest_step = static_cast<uint32_t>(step);
}

// One packet in five, 100 ms apart at the usual 20: listening to all would double the cost of a
// packet. What the snap length left of a packet tells nothing of its sound.
void listen(StreamRecord& stream, const RtpHeader& rtp, bool whole) {
  constexpr uint32_t kLevelEvery = 5;
  if (stream.packets % kLevelEvery != 1 || !whole) return;
  const auto silent = is_silent_payload(rtp.payload_type, rtp.payload);
  const auto hash = static_cast<uint32_t>(hash_text(rtp.payload));
  stream.level_samples++;
  if (!is_voice(rtp) || silent.value_or(false)) stream.silent_samples++;
  // A tone can fill each packet alike: for a codec that can be heard, hearing decides.
  if (!silent && hash == stream.sample_hash) stream.repeated_samples++;
  stream.sample_hash = hash;
}

// When a packet that came before passed, by the newest one's time and their distance from it.
int64_t sent_ns(const StreamRecord& stream, uint16_t number) {
  if (stream.clock_hz == 0) return stream.last_ns;
  const uint64_t step = uint64_t{distance_behind(stream.sequence, number)} * stream.timestamp_step;
  return stream.last_ns - static_cast<int64_t>(step * 1'000'000'000 / stream.clock_hz);
}

// What one capture point shows is here already: another one shows it later, or its clock is late.
bool was_seen_elsewhere(const StreamRecord& stream, uint16_t source, uint16_t number) {
  if (source == stream.source) return false;
  const uint16_t back = distance_behind(stream.sequence, number);
  return back < 64 ? has_come(stream.sequence, number) : back < 0x8000;
}

// The type of most packets of voice, found with one counter: a codec may change within a stream.
void count_type(StreamRecord& stream, const RtpHeader& rtp) {
  if (rtp.payload_type == stream.payload_type) {
    stream.type_lead++;
  } else if (stream.type_lead > 0) {
    stream.type_lead--;
  } else {
    stream.payload_type = rtp.payload_type;
    stream.type_lead = 1;
    stream.clock_hz = static_format(rtp.payload_type).clock_hz;
    stream.clock_from_ns = 0;
  }
}

// Over all of the first packets: a step alone may be a pause of the voice.
void learn_clock(StreamRecord& stream, int64_t time_ns) {
  if (stream.clock_hz != 0) return;
  if (stream.clock_from_ns == 0) {
    stream.clock_from_ns = time_ns;
    stream.clock_from_span = stream.timestamp_span;
    stream.clock_from_packets = stream.packets;
    return;
  }
  const int64_t timestamps = stream.timestamp_span - stream.clock_from_span;
  const int64_t elapsed_ns = time_ns - stream.clock_from_ns;
  const bool enough = stream.packets - stream.clock_from_packets >= kClockGuessPackets;
  if (enough && timestamps > 0 && elapsed_ns > 0)
    stream.clock_hz = guess_clock(timestamps, elapsed_ns);
}

void begin_slice(StreamRecord& stream, int64_t time_ns) {
  stream.slice_ns = time_ns;
  stream.slice_highest = stream.sequence.highest;
  stream.slice_packets = stream.packets - stream.duplicates;
}

void end_slice(StreamRecord& stream, int64_t time_ns) {
  const float pct = slice_loss_pct(stream);
  if (pct > stream.worst_slice_pct) {
    stream.worst_slice_pct = pct;
    stream.worst_slice_ns = stream.slice_ns;
  }
  begin_slice(stream, time_ns);
}

}  // namespace

EndpointId EndpointTable::id_of(const Endpoint& endpoint) {
  const auto [slot, inserted] = ids_.try_emplace(endpoint);
  if (inserted) slot->second = model_.endpoints.add(endpoint);
  return slot->second;
}

void RtpStreams::forget_evicted() {
  absl::erase_if(by_key_, [&](const auto& slot) { return !model_.streams.holds(slot.second); });
}

// Looks at all streams, so not more than once in a second of the capture.
bool RtpStreams::make_room(int64_t now_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  constexpr int64_t kIdle = 60 * kSecond;
  if (now_ns - looked_for_room_ns_ < kSecond) return false;
  looked_for_room_ns_ = now_ns;
  forget_streams(model_, now_ns - kIdle);
  forget_evicted();
  return model_.streams.held() < kMaxStreams;
}

StreamRecord* RtpStreams::find(const Endpoint& src, const Endpoint& dst, uint32_t ssrc) {
  const auto found = by_key_.find(stream_key(src, dst, ssrc));
  return found == by_key_.end() ? nullptr : &model_.streams[found->second];
}

// A redial from the same port with the same SSRC: since the stream paused, another call has named
// its destination.
bool RtpStreams::belongs_to_next_call(const StreamRecord& stream, const Datagram& datagram) const {
  constexpr int64_t kPauseNs = 500'000'000;
  return datagram.time_ns - stream.last_ns >= kPauseNs &&
         turns_.taken_ns(datagram.dst) > stream.last_ns;
}

void RtpStreams::add_rtp(const Datagram& datagram, const RtpHeader& rtp) {
  const uint64_t key = stream_key(datagram.src, datagram.dst, rtp.ssrc);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) {
    StreamRecord& stream = model_.streams[found->second];
    if (belongs_to_next_call(stream, datagram)) {
      begin_stream(key, datagram, rtp);
      return;
    }
    stream.sources |= 1U << datagram.source % 32;
    if (was_seen_elsewhere(stream, datagram.source, rtp.sequence)) {
      stream.elsewhere++;
      stream.elsewhere_ns = datagram.time_ns;
      stream.delay_ns += datagram.time_ns - sent_ns(stream, rtp.sequence);
      return;
    }
    stream.last_frame = datagram.frame;
    advance(stream, rtp, datagram.time_ns);
    listen(stream, rtp, !datagram.truncated);
    if (is_event(rtp)) {
      add_event(found->second, rtp);
    } else if (!datagram.truncated && !is_heard_in_passing(rtp.payload_type) &&
               stream.packets % VoiceSamples::kStep < VoiceSamples::kRun) {
      add_sample(found->second, datagram);
    }
    return;
  }
  begin_stream(key, datagram, rtp);
}

void RtpStreams::begin_stream(uint64_t key, const Datagram& datagram, const RtpHeader& rtp) {
  if (model_.streams.held() >= kMaxStreams && !make_room(datagram.time_ns)) {
    model_.accounting.streams_refused++;
    return;
  }
  StreamRecord stream;
  stream.src = endpoints_.id_of(datagram.src);
  stream.dst = endpoints_.id_of(datagram.dst);
  stream.ssrc = rtp.ssrc;
  stream.first_ns = datagram.time_ns;
  stream.first_frame = stream.last_frame = datagram.frame;
  stream.source = datagram.source;
  stream.sources = 1U << datagram.source % 32;
  stream.dscp = datagram.dscp;
  stream.payload_type = rtp.payload_type;
  stream.type_lead = is_voice(rtp) ? 1 : 0;
  const SdpFormat format = static_format(rtp.payload_type);
  stream.clock_hz = format.clock_hz;  // 0: dynamic, told from its timestamps
  begin_sequence(&stream.sequence, rtp.sequence);
  advance(stream, rtp, datagram.time_ns);
  listen(stream, rtp, !datagram.truncated);
  by_key_[key] = model_.streams.add(stream);
}

float slice_loss_pct(const StreamRecord& stream) {
  const uint32_t expected = stream.sequence.highest - stream.slice_highest;
  const uint32_t came = stream.packets - stream.duplicates - stream.slice_packets;
  if (expected <= came) return 0;
  return 100.0F * static_cast<float>(expected - came) / static_cast<float>(expected);
}

namespace {

// What timestamps say, of a packet that is the newest by its sequence number.
void advance_time(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns, int64_t gap_ns,
                  uint16_t step) {
  const auto timestamps = static_cast<int32_t>(rtp.timestamp - stream.last_timestamp);
  const double clock = stream.clock_hz;
  const double elapsed = static_cast<double>(gap_ns) * clock / 1e9;
  const bool restarted =
      stream.clock_hz != 0 && std::fabs(elapsed - timestamps) > kStepSeconds * clock;
  stream.timestamp_span += restarted ? static_cast<int64_t>(elapsed) : timestamps;
  stream.last_timestamp = rtp.timestamp;
  const int32_t timestamp_gap = is_voice(rtp) ? advance_jitter(stream, rtp, time_ns) : 0;
  if (step > stream.longest_loss + 1U) {
    stream.longest_loss = step - 1U;
    stream.longest_loss_ns = time_ns;
  }
  if (step != 1) return;
  stream.in_order++;
  note_pause(stream, gap_ns, timestamps);
  note_step(stream, timestamp_gap);
}

}  // namespace

void advance(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns) {
  stream.bytes += rtp.payload.size();
  stream.payload_types[rtp.payload_type / 32] |= 1U << (rtp.payload_type % 32);
  stream.packets++;
  const bool voice = is_voice(rtp);
  if (!is_event(rtp)) stream.newest_bytes = static_cast<uint16_t>(rtp.payload.size());
  if (stream.packets == 1) {
    begin_slice(stream, time_ns);
    stream.last_ns = time_ns;
    stream.last_timestamp = rtp.timestamp;
    if (voice) advance_jitter(stream, rtp, time_ns);
    learn_clock(stream, time_ns);
    return;
  }
  if (voice) count_type(stream, rtp);
  const int64_t gap_ns = time_ns - stream.last_ns;
  stream.delta_max_ns = std::max(stream.delta_max_ns, gap_ns);
  uint16_t step = 0;
  switch (arrive(&stream.sequence, rtp.sequence, gap_ns, &step)) {
    case Arrival::next:
      advance_time(stream, rtp, time_ns, gap_ns, step);
      learn_clock(stream, time_ns);
      break;
    case Arrival::duplicate:
      stream.duplicates++;
      break;
    case Arrival::late:
      stream.late++;
      if (voice) advance_jitter(stream, rtp, time_ns);
      break;
    case Arrival::stray:
      stream.voice_ns = 0;  // its time says nothing of the next one's
      break;
  }
  if (stream.clock_hz != 0) stream.jitter_sum_ms += stream.jitter * 1000.0 / stream.clock_hz;
  stream.last_ns = time_ns;
  constexpr int64_t kSlice = 10'000'000'000;
  if (time_ns - stream.slice_ns >= kSlice) end_slice(stream, time_ns);
}

// Of another payload type than the voice.
void RtpStreams::add_event(StreamId id, const RtpHeader& rtp) {
  if (rtp.payload_type == model_.streams[id].payload_type) return;
  if (model_.dtmf.size() < kMaxStreams) model_.dtmf[id.value].add(rtp.payload, rtp.timestamp);
}

// When all places are taken, every second run goes, and half as many come from then on.
void RtpStreams::add_sample(StreamId id, const Datagram& datagram) {
  constexpr uint32_t kRun = VoiceSamples::kRun;
  VoiceSamples& samples = model_.voice_samples[id.value];
  const uint32_t packets = model_.streams[id].packets;
  if (samples.count == std::size(samples.refs) && packets % samples.every == 0) {
    for (uint32_t i = 0; i < samples.count / 2; i++)
      samples.refs[i] = samples.refs[(2 * (i / kRun) + 1) * kRun + i % kRun];
    samples.count /= 2;
    samples.every *= 2;
  }
  const uint32_t place = packets % samples.every;
  if (place == 0) samples.count -= samples.count % kRun;
  if (place >= kRun || place != samples.count % kRun || samples.count == std::size(samples.refs))
    return;
  PacketRef ref = datagram.ref;
  ref.length = static_cast<uint32_t>(datagram.payload.size());
  samples.refs[samples.count++] = ref;
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
    record.source = datagram.source;
    model_.rtcp.push_back(record);
  }
  RtcpRecord& record = model_.rtcp[slot->second];
  if (!report.block || report.block->highest_sequence == 0) return;
  const RtcpReportBlock& block = *report.block;
  if (block.ssrc == record.about && block.highest_sequence != record.highest) {
    record.progress_from_ns = record.block_ns;
    record.progress_ns = datagram.time_ns;
    record.progress_frame = datagram.frame;
  }
  record.about = block.ssrc;
  record.highest = block.highest_sequence;
  record.block_ns = datagram.time_ns;
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
    // What it reports of is the stream that runs the other way.
    if (StreamRecord* heard = find(there, here, report.block->ssrc); heard != nullptr) {
      add_report(*heard, *report.block, datagram.time_ns);
      return;
    }
  }
}

namespace {

// Up to the newest packet that the receiver has reported. None where that is too long ago to be
// told.
std::optional<int64_t> missing_up_to(const RtpSequence& sequence, uint32_t packets,
                                     uint16_t reported) {
  const uint16_t newer = distance_behind(sequence, reported);
  if (newer >= 64) return std::nullopt;
  const int64_t expected = int64_t{sequence.highest} - sequence.base + 1;
  const int came_newer = std::popcount(sequence.window & ((uint64_t{1} << newer) - 1));
  return expected - packets - (newer - came_newer);
}

}  // namespace

namespace {

// Whether what passes here comes to the receiver, and whether more does than what passes here.
void follow_receiver(StreamRecord& stream, const RtcpReportBlock& block, int64_t time_ns) {
  constexpr uint16_t kAhead = 50;
  const uint16_t behind =
      distance_behind(stream.sequence, static_cast<uint16_t>(block.highest_sequence));
  const auto ahead = static_cast<uint16_t>(-behind);
  if (ahead >= kAhead && ahead < 0x8000) stream.ahead_ns = time_ns;
  if (!stream.has_rtcp || block.highest_sequence != stream.reported_highest) {
    stream.reported_highest = block.highest_sequence;
    stream.reported_ns = time_ns;
    stream.stuck_packets = stream.packets;
    stream.stuck_reports = 0;
  } else if (block.fraction_lost == UINT8_MAX) {
    stream.stuck_reports++;
    stream.stuck_ns = time_ns;
  }
}

}  // namespace

void RtpStreams::add_report(StreamRecord& stream, const RtcpReportBlock& block, int64_t time_ns) {
  follow_receiver(stream, block, time_ns);
  stream.has_rtcp = true;
  stream.remote_fraction_lost = block.fraction_lost;
  stream.remote_jitter = block.jitter;
  stream.remote_lost = static_cast<uint32_t>(std::max(0, block.cumulative_lost));
  const auto missing =
      missing_up_to(stream.sequence, stream.packets, static_cast<uint16_t>(block.highest_sequence));
  if (missing) {
    stream.received_unseen =
        static_cast<uint32_t>(std::max<int64_t>(0, *missing - stream.remote_lost));
  }
  if (block.last_sr == 0 || block.last_sr != stream.report_id) return;
  const int64_t held_ns = static_cast<int64_t>(block.delay_since_last_sr) * 1'000'000'000 / 65536;
  const int64_t rtt_ns = time_ns - stream.report_ns - held_ns;
  if (rtt_ns < 0 || rtt_ns > 60'000'000'000) return;
  stream.has_rtt = true;
  stream.rtt_us = static_cast<uint32_t>(rtt_ns / 1000);
}

void RtpStreams::add_metrics(StreamRecord& stream, const RtcpVoipMetrics& metrics) {
  stream.has_xr = true;
  stream.xr_loss_rate =
      static_cast<uint8_t>(std::min(255, int{metrics.loss_rate} + int{metrics.discard_rate}));
  stream.xr_rtt_ms = metrics.rtt_ms;
}

void RtpStreams::add_icmp(const Datagram& datagram) {
  if (model_.icmp_errors.size() >= kMaxIcmpErrors) return;
  IcmpErrorRecord record;
  record.time_ns = datagram.time_ns;
  record.frame = datagram.frame;
  record.source = datagram.source;
  record.src = endpoints_.id_of(datagram.src);
  record.dst = endpoints_.id_of(datagram.dst);
  record.from = datagram.icmp_from;
  record.type = datagram.icmp_type;
  record.code = datagram.icmp_code;
  model_.icmp_errors.push_back(record);
  RtpHeader quoted;
  if (!parse_rtp(datagram.payload, &quoted)) return;
  StreamRecord* stream = find(datagram.src, datagram.dst, quoted.ssrc);
  if (stream != nullptr && stream->icmp_errors < UINT16_MAX) stream->icmp_errors++;
}

// Three packets that each follow their predecessor, and most of the stream does: random bytes do
// not.
bool is_rtp_by_progress(const StreamRecord& stream) {
  return stream.in_order >= 3 && stream.in_order * 4 >= stream.packets;
}

}  // namespace sipladder
