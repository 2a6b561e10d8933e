#include "export/redact/fragment_patches.h"

#include <algorithm>

#include "decode/bytes.h"
#include "export/redact/checksums.h"

namespace sipladder {

// The oldest datagrams make room. A datagram older than kFragmentAgeNs is dropped, because senders
// use the same identification again.
FragmentPatches::Pile& FragmentPatches::pile_of(const Key& key, int64_t time_ns) {
  const auto found = piles_.find(key);
  if (found != piles_.end()) {
    if (time_ns - found->second.first_ns <= kFragmentAgeNs) return found->second;
    give_up(key);
  }
  while (piles_.size() >= kMostFragmented || order_.size() >= 4 * kMostFragmented) {
    const auto& [oldest, first_ns] = order_.front();
    const auto waits = piles_.find(oldest);
    if (waits != piles_.end() && waits->second.first_ns == first_ns) give_up(oldest);
    order_.pop_front();
  }
  order_.emplace_back(key, time_ns);
  Pile& pile = piles_[key];
  pile.first_ns = time_ns;
  return pile;
}

void FragmentPatches::give_up(const Key& key) {
  const auto found = piles_.find(key);
  given_up_ += found->second.places.size();
  piles_.erase(found);
}

void FragmentPatches::add(const FragmentOf& fragment, int64_t time_ns, const PatchPlace& place,
                          std::span<const uint8_t> bytes) {
  constexpr size_t kMaxDatagram = 65'535;
  const size_t offset = fragment.offset, size = bytes.size();
  if (size == 0 || offset + size > kMaxDatagram) return;
  const Key key{fragment.src, fragment.dst, fragment.id, fragment.protocol, fragment.point};
  Pile& pile = pile_of(key, time_ns);
  if (pile.bytes.size() < offset + size) pile.bytes.resize(offset + size);
  pile.have.resize((pile.bytes.size() + 7) / 8);
  const size_t covered = pile.covered;
  for (size_t i = 0; i < size; i += 8) {
    if (pile.have[(offset + i) / 8]) continue;
    pile.have[(offset + i) / 8] = true;
    pile.covered++;
    std::copy_n(bytes.data() + i, std::min<size_t>(8, size - i), pile.bytes.data() + offset + i);
  }
  if (pile.covered > covered || pile.places.size() < kMostPieces) {
    pile.places.emplace_back(offset, place);
  } else {
    given_up_++;
  }
  if (!fragment.more) pile.total = (offset + size + 7) / 8;
  if (pile.total == 0 || pile.covered < pile.total) return;
  finish(key, pile);
  piles_.erase(key);
}

// A UDP datagram is redacted as a whole. Anything else gets no new bytes here, so that its
// fragments stay zeroed.
void FragmentPatches::finish(const Key& key, Pile& pile) {
  constexpr uint8_t kUdp = 17;
  constexpr size_t kHeader = 8;
  if (key.protocol != kUdp || pile.bytes.size() < kHeader) return;
  const std::string before = pile.bytes;
  uint8_t* const bytes = reinterpret_cast<uint8_t*>(pile.bytes.data());
  const Endpoint src{key.src, be16(bytes)}, dst{key.dst, be16(bytes + 2)};
  payloads_.datagram({bytes + kHeader, pile.bytes.size() - kHeader}, src, dst);
  ChecksumChange change;
  change.add({bytes_of(before), before.size()}, {bytes, pile.bytes.size()});
  const size_t address = key.src.family == 4 ? 4 : 16;
  for (const IpAddress* const ip : {&key.src, &key.dst}) {
    IpAddress other = *ip;
    replacer_.address(other.bytes.data(), address);
    change.add({ip->bytes.data(), address}, {other.bytes.data(), address});
  }
  change.apply(bytes + 6, true);
  for (const auto& [offset, place] : pile.places)
    store_.add(place, std::string_view(pile.bytes).substr(offset, place.length));
}

void FragmentPatches::clear() {
  for (const auto& [key, pile] : piles_) given_up_ += pile.places.size();
  piles_.clear();
  order_.clear();
}

}  // namespace sipladder
