#include "decode/neighbours.h"

#include <algorithm>

#include "decode/layers.h"

namespace sipladder {
namespace {

// Hosts ask again after a few seconds: a longer pause ends a run of questions.
constexpr int64_t kRetryNs = 10'000'000'000;
// A question that comes again sooner is a copy, captured at another point.
constexpr int64_t kCopyNs = 500'000'000;

}  // namespace

void Neighbours::close(const NeighbourSilence& run) {
  if (run.asked >= kMinAsked && closed_.size() < kMaxSilences) closed_.push_back(run);
}

void Neighbours::ask(const IpAddress& asker, const IpAddress& target, int64_t time_ns,
                     uint32_t frame, uint8_t point) {
  const auto found = open_.find(target);
  if (found == open_.end() && open_.size() >= kMaxNeighbours) return;
  NeighbourSilence& run = found == open_.end() ? open_[target] : found->second;
  if (run.asked != 0 && time_ns - run.last_ns > kRetryNs) {
    close(run);
    run.asked = 0;
  }
  if (run.asked == 0) {
    run.first_ns = time_ns;
    run.first_frame = frame;
  }
  const bool is_copy = run.asked != 0 && run.asker == asker && time_ns - run.last_ns < kCopyNs;
  if (is_copy) return;
  run.target = target;
  run.asker = asker;
  run.asked++;
  run.last_ns = time_ns;
  run.last_frame = frame;
  run.point = point;
}

void Neighbours::hear(const IpAddress& alive) {
  const auto found = open_.find(alive);
  if (found == open_.end()) return;
  found->second.answered = true;
  close(found->second);
  open_.erase(found);
}

std::vector<NeighbourSilence> Neighbours::silences() const {
  std::vector<NeighbourSilence> all = closed_;
  for (const auto& [target, run] : open_) {
    if (run.asked >= kMinAsked) all.push_back(run);
  }
  std::sort(all.begin(), all.end(), [](const NeighbourSilence& a, const NeighbourSilence& b) {
    return a.first_frame < b.first_frame;
  });
  return all;
}

// A host that asks for its own address, or has none yet, wants to know whether the address is in
// use. Such questions are not noted: no answer is the usual outcome.
void note_arp(Layers& layers, const View& view) {
  constexpr uint16_t kIpv4 = 0x0800, kRequest = 1;
  if (view.size < 28 || be16(view.data + 2) != kIpv4 || view.data[4] != 6 || view.data[5] != 4)
    return;
  const IpAddress sender = ipv4_address(view.data + 14);
  const IpAddress target = ipv4_address(view.data + 24);
  if (scope_of(sender) == AddressScope::unspecified) return;
  layers.neighbours.hear(sender);
  if (be16(view.data + 6) != kRequest || sender == target) return;
  const Packet& packet = *layers.packet;
  layers.neighbours.ask(sender, target, packet.time_ns, packet.frame, packet.point);
}

void note_neighbour_discovery(Layers& layers, const IpHeader& ip, const View& view) {
  constexpr uint8_t kSolicitation = 135, kAdvertisement = 136;
  if (view.size < 24 || (view.data[0] != kSolicitation && view.data[0] != kAdvertisement)) return;
  const IpAddress target = ipv6_address(view.data + 8);
  if (view.data[0] == kAdvertisement) return layers.neighbours.hear(target);
  if (scope_of(ip.src) == AddressScope::unspecified) return;
  layers.neighbours.hear(ip.src);
  const Packet& packet = *layers.packet;
  layers.neighbours.ask(ip.src, target, packet.time_ns, packet.frame, packet.point);
}

}  // namespace sipladder
