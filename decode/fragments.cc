// Reassembly of IP datagrams in any order; bytes that came first win where fragments overlap.
// Bounds: kMaxPiles datagrams, kMaxPileBytes in all, kMaxAgeNs of packet time; what is given up is
// counted.
#include <algorithm>
#include <cstring>

#include "decode/layers.h"
#include "decode/sip_message.h"

namespace sipladder {
namespace {

constexpr size_t kMaxPiles = 4096;
constexpr size_t kMaxPileBytes = 64 << 20;
constexpr size_t kMaxDatagram = 65'535;
constexpr int64_t kMaxAgeNs = 30'000'000'000;  // RFC 791 recommends 15 s, RFC 8200 60 s

constexpr size_t kUdpHeader = 8;

using Piles = absl::flat_hash_map<FragmentKey, FragmentPile>;

bool has_room(const Layers& layers) {
  // Keys of finished datagrams stay in pile_order until they reach its front.
  return layers.piles.size() < kMaxPiles && layers.pile_bytes < kMaxPileBytes &&
         layers.pile_order.size() < 4 * kMaxPiles;
}

// Keeps the beginning of a SIP message whose other fragments are missing, so that it can be named.
void remember_sip(Layers& layers, const FragmentKey& key, const FragmentPile& pile) {
  constexpr uint8_t kUdp = 17;
  if (key.protocol != kUdp || pile.bytes.size() <= kUdpHeader) return;
  if (!pile.have[0]) {
    // A copy of a fragment, captured after its datagram was complete, does not mean that the first
    // fragment is missing.
    if (layers.headless_udp.size() < kMaxHeadlessUdp && !layers.assembled.contains(key))
      layers.headless_udp.push_back({pile.frame, key.src, key.dst});
    return;
  }
  if (layers.incomplete_sip.size() >= kMaxIncompleteSip) return;
  const auto hole = std::find(pile.have.begin(), pile.have.end(), false) - pile.have.begin();
  const size_t whole = std::min(pile.bytes.size(), static_cast<size_t>(hole) * 8);
  const std::string_view head =
      std::string_view(pile.bytes).substr(kUdpHeader, std::min(whole, kMaxIncompleteHead));
  if (!looks_like_sip(head)) return;
  const uint8_t* ports = bytes_of(pile.bytes);
  layers.incomplete_sip.push_back({pile.first_ns,
                                   pile.frame,
                                   pile.source,
                                   {key.src, be16(ports)},
                                   {key.dst, be16(ports + 2)},
                                   std::string(head)});
}

void forget(Layers& layers, Piles::iterator pile) {
  remember_sip(layers, pile->first, pile->second);
  layers.pile_bytes -= pile->second.bytes.size();
  layers.piles.erase(pile);
}

void evict_fragments(Layers& layers) {
  while (!layers.pile_order.empty()) {
    const auto oldest = layers.piles.find(layers.pile_order.front());
    if (oldest != layers.piles.end()) {
      const int64_t age = layers.packet->time_ns - oldest->second.first_ns;
      if (has_room(layers) && age < kMaxAgeNs) return;
      forget(layers, oldest);
      layers.note(Oddity::fragment_evicted);
    }
    layers.pile_order.pop_front();
  }
}

Piles::iterator pile_of(Layers& layers, const FragmentKey& key) {
  auto found = layers.piles.find(key);
  const int64_t now = layers.packet->time_ns;
  // Identifications are used again (RFC 6864): an old pile is of another datagram.
  if (found != layers.piles.end() && now - found->second.first_ns < kMaxAgeNs) return found;
  if (found != layers.piles.end()) {
    forget(layers, found);
    layers.note(Oddity::fragment_evicted);
  }
  evict_fragments(layers);
  found = layers.piles.emplace(key, FragmentPile{}).first;
  found->second.first_ns = now;
  found->second.frame = layers.packet->frame;
  found->second.source = layers.packet->source;
  layers.pile_order.push_back(key);
  return found;
}

void grow(Layers& layers, FragmentPile& pile, size_t end) {
  if (pile.bytes.size() >= end) return;
  layers.pile_bytes += end - pile.bytes.size();
  pile.bytes.resize(end);
  pile.have.resize((end + 7) / 8);
}

void lay(Layers& layers, FragmentPile& pile, size_t offset, const View& view) {
  grow(layers, pile, offset + view.size);
  bool overlap = false;
  for (size_t at = 0; at < view.size; at += 8) {
    const size_t unit = (offset + at) / 8;
    const size_t count = std::min<size_t>(8, view.size - at);
    char* place = pile.bytes.data() + offset + at;
    if (pile.have[unit]) {
      // The same bytes again are a duplicate, not an attack.
      overlap = overlap || std::memcmp(place, view.data + at, count) != 0;
      continue;
    }
    pile.have[unit] = true;
    pile.covered++;
    std::memcpy(place, view.data + at, count);
  }
  if (overlap) layers.note(Oddity::fragment_overlap);
}

}  // namespace

Fate add_fragment(Layers& layers, const FragmentKey& key, size_t offset, bool more, View* view,
                  IpHeader* ip) {
  layers.fragments++;
  const bool odd = more && view->size % 8 != 0;
  if (view->size == 0 || view->missing > 0 || odd) return Fate::fragment_dropped;
  if (offset + view->size > kMaxDatagram) return Fate::fragment_dropped;
  const auto found = pile_of(layers, key);
  FragmentPile& pile = found->second;
  // Nothing may lie behind the last fragment: it would count as bytes that are still missing.
  const size_t end = offset + view->size;
  if (pile.total != 0 && end > pile.total) return Fate::fragment_dropped;
  if (!more && end < pile.bytes.size()) return Fate::fragment_dropped;
  lay(layers, pile, offset, *view);
  if (offset == 0) pile.id = ip->id;
  if (!more && pile.total == 0) pile.total = end;
  const bool whole = pile.total != 0 && pile.covered * 8 >= pile.total;
  if (!whole) return Fate::fragment_waiting;
  ip->id = pile.id;
  if (layers.assembled.size() >= kMaxPiles) layers.assembled.clear();
  layers.assembled.insert(key);
  layers.pile_bytes -= pile.bytes.size();
  layers.kept.push_back(std::move(pile.bytes));
  const std::string& bytes = layers.kept.back();
  layers.piles.erase(found);
  const PacketRef ref = not_stored(bytes.size());
  *view = View{bytes_of(bytes), bytes.size(), ref, 0};
  return Fate::payload;
}

// Goes through the piles in the order of arrival, so that the result does not depend on a hash.
void finish_fragments(Layers& layers) {
  for (const FragmentKey& key : layers.pile_order) {
    const auto pile = layers.piles.find(key);
    if (pile == layers.piles.end()) continue;
    forget(layers, pile);
    layers.note(Oddity::fragment_incomplete);
  }
  layers.pile_order.clear();
}

}  // namespace sipladder
