// Packets rewritten, each at its place with its size: addresses in all headers, payloads by what
// they are, checksums following. Three looks at the same packets, in this order: learn(),
// prepare(), rewrite().
//
// Threads: one. Bounds: as Decoder, Replacer and PatchStore.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "decode/decoder.h"
#include "export/redact/patches.h"

namespace sipladder {

class PacketRedactor {
 public:
  PacketRedactor(Replacer& replacer, MediaMode mode);

  std::string open() { return store_.open(); }
  void learn(const Packet& packet);
  void end_learning();
  void prepare(const Packet& packet);
  void end_preparing();
  // The new bytes, valid until the next call; fewer than before for --media drop.
  std::span<const uint8_t> rewrite(const Packet& packet);

  const Payloads& payloads() const { return payloads_; }

 private:
  struct Fragments {
    std::string bytes;
    std::vector<bool> have;                             // in units of 8 bytes
    std::vector<std::pair<size_t, PatchPlace>> places;  // by place in the datagram
    size_t total = 0, covered = 0;
    int64_t first_ns = 0;
  };
  struct FragmentKey {
    IpAddress src, dst;
    uint32_t id = 0;
    uint8_t protocol = 0, point = 0;
    bool operator==(const FragmentKey&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const FragmentKey& key) {
      return H::combine(std::move(h), key.src.bytes, key.dst.bytes, key.id, key.protocol,
                        key.point);
    }
  };

  void decode(const Packet& packet);
  void headers();
  void ip_header(const PacketPart& part);
  void link_header(uint16_t link_type, size_t end);
  void payload(const PacketPart& part);
  void tcp_payload(const PacketPart& part);
  void arp(const PacketPart& part);
  void icmp(const PacketPart& part);
  void neighbour(Bytes message);
  void quote(Bytes quoted);
  void hep(Bytes packet);
  void exported(Bytes packet);
  void sctp(const PacketPart& part);
  void checksums();
  size_t header_size(const PacketPart& part) const;
  const PacketPart* ip_before(size_t place) const;
  std::pair<Endpoint, Endpoint> ends(size_t place) const;
  void add_fragment(const Packet& packet, const PacketPart& ip, const PacketPart* v6);
  void finish_fragments(const FragmentKey& key, Fragments& pile);

  Replacer& replacer_;
  Payloads payloads_;
  PatchStore store_;
  StreamPatches streams_;
  std::unique_ptr<Decoder> decoder_ = std::make_unique<Decoder>();
  std::vector<PacketPart> parts_;
  std::vector<Datagram> datagrams_;
  std::vector<uint8_t> before_, now_;
  size_t kept_ = 0;
  absl::flat_hash_map<FragmentKey, Fragments> piles_;
  std::deque<FragmentKey> pile_order_;
};

}  // namespace sipladder
