// Redacts packets, each in its place and with its size: addresses in all headers, payloads by their
// protocol, and checksums. The same packets have to be shown three times, in capture order:
// all to learn(), then all to prepare(), then all to rewrite().
//
// Threads: one. `replacer` must outlive this object. Bounds: as Decoder, Replacer and PatchStore.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decode/decoder.h"
#include "export/redact/envelopes.h"
#include "export/redact/fragment_patches.h"
#include "export/redact/patches.h"
#include "export/redact/sctp_patches.h"

namespace sipladder {

class PacketRedactor {
 public:
  PacketRedactor(Replacer& replacer, MediaMode mode);

  // Opens the temporary file of new bytes. Returns a sentence when that failed; must come first.
  std::string open() { return store_.open(); }
  void learn(const Packet& packet);
  void end_learning();
  void prepare(const Packet& packet);
  void end_preparing();
  // The new bytes, valid until the next call; fewer than before only with MediaMode::drop.
  std::span<const uint8_t> rewrite(const Packet& packet);

  const Payloads& payloads() const { return payloads_; }
  // Fragments of IP that got no new bytes: see FragmentPatches.
  uint64_t fragments_given_up() const { return fragments_.given_up(); }

 private:
  void decode(const Packet& packet);
  void headers();
  void ip_header(const PacketPart& part);
  void extension_headers(uint8_t type, Bytes bytes);
  void link_header(uint16_t link_type, size_t end);
  void payload(const PacketPart& part);
  void tcp_payload(const PacketPart& part);
  void checksums();
  bool has_four_addresses(const PacketPart& part) const;
  size_t header_size(const PacketPart& part) const;
  const PacketPart* ip_before(size_t place) const;
  std::pair<Endpoint, Endpoint> ends(size_t place) const;
  void add_segment(const Packet& packet, size_t place);
  void add_fragment(const Packet& packet, size_t place);

  Replacer& replacer_;
  Payloads payloads_;
  Envelopes envelopes_;
  PatchStore store_;
  StreamPatches streams_;
  SctpPatches chunks_;
  FragmentPatches fragments_;
  std::unique_ptr<Decoder> decoder_ = std::make_unique<Decoder>();
  std::vector<PacketPart> parts_;
  std::vector<Datagram> datagrams_;
  std::vector<uint8_t> before_, now_;
  size_t kept_ = 0;
};

}  // namespace sipladder
