// Sequence numbers of one stream: what came, what is missing, and whether that is missing in bursts
// (RFC 3550 A.1, RFC 3611 4.7.2). Constant memory: nothing is kept of a packet but its place.
#pragma once

#include <cstdint>
#include <type_traits>

namespace sipladder {

struct RtpSequence {
  uint32_t base = 0;
  uint32_t highest = 0;  // extended
  uint64_t window = 0;   // which of the 64 newest came: duplicates and late told apart
  // A sender that begins anew with other numbers continues the old ones here.
  uint16_t shift = 0;
  uint16_t restart_next = 0;  // what a restart must show next to be believed
  bool restarting = false;
  uint32_t pause_lost = 0;  // over pauses of a second and more: of a hold, they were never sent
  // Losses with fewer than 16 packets between them, as long as they go on.
  uint32_t run_begin = 0;
  uint32_t run_losses = 0;
  uint32_t last_lost = 0;
  // Such runs of more than one loss: what RFC 3611 calls a burst.
  uint32_t bursts = 0;
  uint32_t burst_packets = 0;  // from the first loss to the last of each
  uint32_t burst_losses = 0;
};
static_assert(std::is_trivially_copyable_v<RtpSequence>);

enum class Arrival : uint8_t {
  next,       // the newest so far
  late,       // older than the newest, missed until now
  duplicate,  // one of the newest 64, and it has come
  stray,      // far from all others; a second one makes it a restart
};

void begin_sequence(RtpSequence* sequence, uint16_t number);

// `pause_ns` since the packet before tells a loss from a sender that begins anew. Of Arrival::next,
// *step is the distance from the packet before.
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
  uint32_t losses = 0;   // of these
};
LossBursts bursts_of(const RtpSequence& sequence);

}  // namespace sipladder
