#include "correlate/rtp/stream_figures.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "correlate/model/hash.h"
#include "media/loudness.h"

namespace sipladder {
namespace {

constexpr uint32_t kClockGuessPackets = 8;  // watched before a dynamic payload type's clock is told

// A clock that runs at a wrong rate never differs so much between two packets. A larger difference
// is a step of the timestamps.
constexpr double kStepSeconds = 0.5;

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

// RFC 3550 A.8, in the order of arrival, late packets included. Returns the step of the timestamp
// from the packet before, 0 when there is none to compare.
int32_t advance_jitter(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns) {
  const int64_t gap_ns = time_ns - stream.voice_ns;
  const auto timestamp_gap = static_cast<int32_t>(rtp.timestamp - stream.voice_timestamp);
  // Of several packets with one timestamp (an event, a frame of video) the first one counts.
  if (stream.voice_ns != 0 && timestamp_gap == 0) return 0;
  // Two codecs that alternate each have their own timestamps: they are not compared.
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

// Silence suppression: no packet is missing, and the timestamps went on as the time did. Requires a
// packet that follows its predecessor.
void note_pause(StreamRecord& stream, int64_t gap_ns, int32_t timestamps) {
  constexpr int64_t kPauseNs = 200'000'000;
  if (gap_ns < kPauseNs || stream.clock_hz == 0) return;
  const int64_t by_timestamp_ns = int64_t{timestamps} * 1'000'000'000 / stream.clock_hz;
  if (by_timestamp_ns > gap_ns / 2) stream.pauses++;
}

// Learns the length of a packet in timestamp units from two equal steps in a row. A pause makes
// only one step of its length.
void note_step(StreamRecord& stream, int32_t step) {
  if (step <= 0) return;
  if (stream.timestamp_step == 0 || static_cast<uint32_t>(step) == stream.newest_step) {
    stream.timestamp_step = static_cast<uint32_t>(step);
  }
  stream.newest_step = static_cast<uint32_t>(step);
}

// Finds the payload type of most packets of voice with one counter (majority vote): a codec may
// change within a stream.
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

// Tells the clock by the rate over several packets: a single step may be a pause of the voice.
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
  stream.slice_packets = stream.distinct();
}

void end_slice(StreamRecord& stream, int64_t time_ns) {
  const float pct = slice_loss_pct(stream);
  if (pct > stream.worst_slice_pct) {
    stream.worst_slice_pct = pct;
    stream.worst_slice_ns = stream.slice_ns;
  }
  begin_slice(stream, time_ns);
}

// Jumps ahead of numbers or timestamps are not noted: a receiver follows them.
void note_jump_back(StreamRecord& stream, int64_t time_ns, uint32_t from, uint32_t to,
                    bool of_time) {
  stream.jump_ns = time_ns;
  stream.jump_frame = stream.last_frame;
  stream.jump_from = from;
  stream.jump_to = to;
  stream.jump_of_time = of_time;
}

// Follows the timestamps. Requires a packet that is the newest by its sequence number.
void advance_time(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns, int64_t gap_ns,
                  uint16_t step) {
  const auto timestamps = static_cast<int32_t>(rtp.timestamp - stream.last_timestamp);
  const double clock = stream.clock_hz;
  const double elapsed = static_cast<double>(gap_ns) * clock / 1e9;
  const bool restarted =
      stream.clock_hz != 0 && std::fabs(elapsed - timestamps) > kStepSeconds * clock;
  // After a marker bit or a pause a receiver expects new timestamps: that is no jump back.
  constexpr int64_t kPauseNs = 1'000'000'000;
  const bool told = stream.jump_frame == stream.last_frame;  // the numbers of this packet did too
  if (restarted && timestamps < 0 && step == 1 && !rtp.marker && gap_ns < kPauseNs && !told)
    note_jump_back(stream, time_ns, stream.last_timestamp, rtp.timestamp, true);
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

float slice_loss_pct(const StreamRecord& stream) {
  const uint32_t expected = stream.sequence.highest - stream.slice_highest;
  const uint32_t came = stream.distinct() - stream.slice_packets;
  if (expected <= came) return 0;
  return 100.0F * static_cast<float>(expected - came) / static_cast<float>(expected);
}

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
  if (gap_ns > stream.delta_max_ns) {
    stream.delta_max_ns = gap_ns;
    stream.longest_gap_ns = time_ns;
  }
  uint16_t step = 0;
  const auto newest = static_cast<uint16_t>(stream.sequence.highest - stream.sequence.shift);
  const uint16_t shift = stream.sequence.shift;
  switch (arrive(&stream.sequence, rtp.sequence, gap_ns, &step)) {
    case Arrival::next:
      if (shift != stream.sequence.shift && static_cast<int16_t>(rtp.sequence - newest) < 0)
        note_jump_back(stream, time_ns, newest, rtp.sequence, false);
      advance_time(stream, rtp, time_ns, gap_ns, step);
      learn_clock(stream, time_ns);
      break;
    case Arrival::duplicate:
      if (is_event(rtp)) {
        stream.event_repeats++;
      } else {
        stream.duplicates++;
      }
      break;
    case Arrival::late:
      stream.late++;
      if (voice) advance_jitter(stream, rtp, time_ns);
      break;
    case Arrival::stray:
      stream.voice_ns = 0;  // no jitter from this packet to the next
      break;
  }
  if (stream.clock_hz != 0) stream.jitter_sum_ms += stream.jitter * 1000.0 / stream.clock_hz;
  stream.last_ns = time_ns;
  constexpr int64_t kSliceNs = 10'000'000'000;
  if (time_ns - stream.slice_ns >= kSliceNs) end_slice(stream, time_ns);
}

namespace {

// Comfort noise and events are no sound. For a codec other than G.711, changes of the payload are
// counted. They decide only where the codec cannot be decoded, because a tone can fill all packets
// alike.
void listen_closely(VoiceListened& listened, const RtpHeader& rtp, bool whole,
                    std::optional<uint32_t> loudness) {
  if (!is_voice(rtp)) {
    listened.others++;
  } else if (loudness) {
    listened.decoded++;
    const uint32_t level = loudness.value_or(0);  // g++ 12 takes *loudness for uninitialised
    listened.audible = !is_silent(level);
    if (!listened.audible)
      listened.loudness = std::max(listened.loudness, static_cast<uint16_t>(level));
  } else if (whole && listened.changes <= kUnsteadyChanges) {
    const auto hash = static_cast<uint16_t>(hash_text(rtp.payload));
    if (hash != listened.payload_hash) listened.changes++;
    listened.payload_hash = hash;
  }
}

}  // namespace

// The share of silence is taken from one packet in five (100 ms apart with packets of 20 ms),
// because listening to all packets would double their cost. For the question whether there is any
// sound, every packet is listened to until there is one. A packet that the snap length cut is not
// listened to.
void listen(StreamRecord& stream, const RtpHeader& rtp, bool whole) {
  constexpr uint32_t kLevelEvery = 5;
  const bool sampled = stream.packets % kLevelEvery == 1 && whole;
  const bool closely = !stream.listened.audible;
  if (!sampled && !closely) return;
  std::optional<uint32_t> loudness;
  if (whole) loudness = loudness_of_payload(rtp.payload_type, rtp.payload);
  if (closely) listen_closely(stream.listened, rtp, whole, loudness);
  if (!sampled) return;
  stream.level_samples++;
  if (!is_voice(rtp) || (loudness && is_silent(*loudness))) stream.silent_samples++;
  if (is_voice(rtp)) stream.loudness_sum += loudness.value_or(0);
}

}  // namespace sipladder
