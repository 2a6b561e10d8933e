#include "probe/hold_queue.h"

namespace sipladder {

void HoldQueue::add(const Packet& packet, const Choice& choice) {
  if (!held_.empty()) release(packet.time_ns, false);
  Choice now = choice;
  now.wanted = choice_.wanted_later(choice);
  if (now.wanted == Wanted::no) return;
  if (held_.empty() && now.wanted == Wanted::yes) return take_(packet, now);
  Held& held = held_.emplace_back(Held{packet, now, {}});
  held.bytes.assign(reinterpret_cast<const char*>(packet.data), packet.ref.length);
  held.packet.data = reinterpret_cast<const uint8_t*>(held.bytes.data());
  bytes_ += held.bytes.size() + sizeof(Held);
}

void HoldQueue::release_all() {
  release(0, true);
}

void HoldQueue::release(int64_t now_ns, bool all) {
  while (!held_.empty()) {
    Held& held = held_.front();
    const int64_t age_ns = now_ns - held.packet.time_ns;
    const bool over = all || bytes_ > kMostHeldBytes || age_ns > kHoldNs || age_ns < -kHoldNs;
    const Wanted wanted = choice_.wanted_later(held.choice);
    if (wanted == Wanted::unknown && !over) return;
    if (wanted == Wanted::unknown) undecided_++;
    if (wanted == Wanted::yes) take_(held.packet, held.choice);
    bytes_ -= held.bytes.size() + sizeof(Held);
    held_.pop_front();
  }
}

}  // namespace sipladder
