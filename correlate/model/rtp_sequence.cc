#include "correlate/model/rtp_sequence.h"

#include <algorithm>

namespace sipladder {
namespace {

constexpr uint32_t kGapPackets = 16;  // Gmin of RFC 3611 4.7.2
constexpr int64_t kPauseNs = 1'000'000'000;

void end_run(RtpSequence* sequence) {
  if (sequence->run_losses > 1) {
    sequence->bursts++;
    sequence->burst_packets += sequence->last_lost - sequence->run_begin + 1;
    sequence->burst_losses += sequence->run_losses;
  }
  sequence->run_losses = 0;
}

// Notes that `count` numbers from `first` on did not come.
void note_lost(RtpSequence* sequence, uint32_t first, uint32_t count) {
  if (sequence->run_losses > 0 && first - sequence->last_lost > kGapPackets) end_run(sequence);
  if (sequence->run_losses == 0) sequence->run_begin = first;
  sequence->run_losses += count;
  sequence->last_lost = first + count - 1;
}

// Moves the oldest `count` numbers out of the window: those that did not come are lost now.
void leave_window(RtpSequence* sequence, uint32_t count) {
  const uint64_t known = sequence->highest - sequence->base;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t back = 63 - i;
    if (back <= known && (sequence->window >> back & 1U) == 0)
      note_lost(sequence, sequence->highest - back, 1);
  }
}

void move_on(RtpSequence* sequence, uint16_t step) {
  if (step == 1 && sequence->window >> 63 != 0) {
    sequence->window = sequence->window << 1 | 1U;
  } else {
    leave_window(sequence, std::min<uint32_t>(step, 64));
    if (step > 64) note_lost(sequence, sequence->highest + 1, step - 64U);
    sequence->window = step >= 64 ? 1 : sequence->window << step | 1U;
  }
  sequence->highest += step;
}

// A step is a jump when it is larger than misordering (100, RFC 3550 A.1) and a loss during the
// pause can explain. The fastest sender counted with sends 1000 packets a second.
bool is_jump(uint16_t step, int64_t pause_ns) {
  constexpr int64_t kMisordered = 100;  // RFC 3550 A.1
  constexpr int64_t kFastestNs = 1'000'000;
  const int64_t distance = step < 0x8000 ? step : 0x10000 - step;
  return distance > kMisordered + std::max<int64_t>(0, pause_ns) / kFastestNs;
}

}  // namespace

void begin_sequence(RtpSequence* sequence, uint16_t number) {
  *sequence = RtpSequence{};
  sequence->base = sequence->highest = number;
  sequence->window = 1;
}

Arrival arrive(RtpSequence* sequence, uint16_t number, int64_t pause_ns, uint16_t* step) {
  const uint16_t back = distance_behind(*sequence, number);
  *step = static_cast<uint16_t>(-back);
  if (is_jump(*step, pause_ns)) {
    const bool again = sequence->restarting && number == sequence->restart_next;
    sequence->restarting = !again;
    sequence->restart_next = static_cast<uint16_t>(number + 1);
    if (!again) return Arrival::stray;
    // The stray packet before this one was the first with the new numbers.
    move_on(sequence, 1);
    sequence->shift = static_cast<uint16_t>(sequence->highest + 1 - number);
    *step = 1;
  }
  sequence->restarting = false;
  if (*step != 0 && *step < 0x8000) {
    if (pause_ns >= kPauseNs) sequence->pause_lost += *step - 1U;
    move_on(sequence, *step);
    return Arrival::next;
  }
  if (has_come(*sequence, number)) return Arrival::duplicate;
  if (back < 64) sequence->window |= uint64_t{1} << back;
  return Arrival::late;
}

LossBursts bursts_of(const RtpSequence& sequence) {
  RtpSequence ended = sequence;
  leave_window(&ended, 64);
  end_run(&ended);
  return {ended.bursts, ended.burst_packets, ended.burst_losses};
}

}  // namespace sipladder
