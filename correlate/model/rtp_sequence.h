// Sequence numbers of one stream: which came, which are missing, and whether losses come in bursts
// (RFC 3550 A.1, RFC 3611 4.7.2). Memory is constant.
#pragma once

#include <cstdint>
#include <type_traits>

namespace sipladder {

struct RtpSequence {
  uint32_t base = 0;
  uint32_t highest = 0;  // extended by the number of wraps
  uint64_t window = 0;   // bit n: number highest - n came. Tells duplicates from late packets
  // Added to the numbers of a sender that began anew with other ones: they continue the old ones.
  uint16_t shift = 0;
  uint16_t restart_next = 0;  // the number that must come next to prove a restart
  bool restarting = false;    // the packet before was a stray one
  // Missing across pauses of a second and more: mostly a hold, so they were never sent.
  uint32_t pause_lost = 0;
  // The present run of losses, with fewer than 16 packets between two of them.
  uint32_t run_begin = 0;
  uint32_t run_losses = 0;
  uint32_t last_lost = 0;
  // Ended runs of more than one loss: what RFC 3611 calls a burst.
  uint32_t bursts = 0;
  uint32_t burst_packets = 0;  // from the first loss to the last of each
  uint32_t burst_losses = 0;
};
static_assert(std::is_trivially_copyable_v<RtpSequence>);

enum class Arrival : uint8_t {
  next,       // the newest so far
  late,       // older than the newest, and missing until now
  duplicate,  // one of the newest 64 numbers, and it had come before
  stray,      // far from all others; when the next number follows, it was a restart
};

void begin_sequence(RtpSequence* sequence, uint16_t number);

// `pause_ns`, the time since the packet before, tells a loss from a sender that begins anew. For
// Arrival::next, *step is how far the number is ahead of the newest one before.
Arrival arrive(RtpSequence* sequence, uint16_t number, int64_t pause_ns, uint16_t* step);

// How far `number` lies behind the newest one: 0 for itself.
inline uint16_t distance_behind(const RtpSequence& sequence, uint16_t number) {
  return static_cast<uint16_t>(sequence.highest - sequence.shift - number);
}
inline bool has_come(const RtpSequence& sequence, uint16_t number) {
  const uint16_t back = distance_behind(sequence, number);
  return back < 64 && (sequence.window >> back & 1U) != 0;
}

struct LossBursts {
  uint32_t bursts = 0;
  uint32_t packets = 0;  // expected within bursts
  uint32_t losses = 0;   // of these packets
};
// The run that goes on is counted as if it had ended.
LossBursts bursts_of(const RtpSequence& sequence);

}  // namespace sipladder
