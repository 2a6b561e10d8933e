// Reassembly of IP datagrams in any order. Bounds: kMaxPiles datagrams, 64 KiB each, kMaxAge of packet time; what is given up is counted.
#include <algorithm>
#include <cstring>
#include <optional>

#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr size_t kMaxPiles = 1024;
constexpr size_t kMaxDatagram = 65'535;
constexpr int64_t kMaxAge = 30'000'000'000;  // RFC 791 recommends 15 s, RFC 8200 60 s

void evict(Layers& layers, int64_t now_ns) {
  while (!layers.pile_order.empty()) {
    const auto oldest = layers.piles.find(layers.pile_order.front());
    if (oldest != layers.piles.end()) {
      if (layers.piles.size() < kMaxPiles && now_ns - oldest->second.first_ns < kMaxAge) return;
      layers.piles.erase(oldest);
      layers.note(Oddity::fragment_evicted);
    }
    layers.pile_order.pop_front();
  }
}

// Bytes that are there already stay: the first copy wins.
void lay(Layers& layers, FragmentPile& pile, size_t offset, const View& view) {
  const size_t units = (view.size + 7) / 8;
  if (pile.bytes.size() < offset + view.size) pile.bytes.resize(offset + view.size);
  if (pile.have.size() < offset / 8 + units) pile.have.resize(offset / 8 + units);
  bool overlap = false;
  for (size_t unit = 0; unit < units; unit++) {
    if (pile.have[offset / 8 + unit]) {
      overlap = true;
      continue;
    }
    pile.have[offset / 8 + unit] = true;
    pile.covered++;
    std::memcpy(pile.bytes.data() + offset + unit * 8, view.data + unit * 8, std::min<size_t>(8, view.size - unit * 8));
  }
  if (overlap) layers.note(Oddity::fragment_overlap);
}

}  // namespace

std::optional<View> add_fragment(Layers& layers, const FragmentKey& key, size_t offset, bool more, View view,
                                 IpHeader* ip) {
  if (view.size == 0 || offset + view.size > kMaxDatagram || (more && view.size % 8 != 0)) return std::nullopt;
  auto found = layers.piles.find(key);
  if (found == layers.piles.end()) {
    evict(layers, layers.packet->time_ns);
    found = layers.piles.emplace(key, FragmentPile{}).first;
    found->second.first_ns = layers.packet->time_ns;
    found->second.id = ip->id;
    layers.pile_order.push_back(key);
  }
  FragmentPile& pile = found->second;
  lay(layers, pile, offset, view);
  if (!more) pile.total = offset + view.size;
  if (pile.total == 0 || pile.covered * 8 < pile.total || pile.bytes.size() != pile.total) return std::nullopt;
  layers.kept.push_back(std::move(pile.bytes));
  layers.piles.erase(found);
  const std::string& whole = layers.kept.back();
  const PacketRef ref = layers.log.append_assembled(whole);
  return View{reinterpret_cast<const uint8_t*>(whole.data()), whole.size(), ref, false};
}

}  // namespace sipladder
