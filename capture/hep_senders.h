// Who sends HEP. An address with a capture id is one sender, and one point where packets are
// captured.
//
// Bounds: kMostHepSenders; all senders beyond are counted as one, "others". Times are those of
// arrival here, 0 before the first packet. Threads: one.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capture/raw_packet.h"

namespace sipladder {

inline constexpr size_t kMostHepSenders = 250;

enum class HepRefusal : uint8_t {
  none,
  no_key,  // HEPv3 without an authentication key
  wrong_key,
  old,     // version 1 or 2, which has no key
  no_hep,  // something else
};
// A few words for the user, static text; empty for `none`.
std::string_view words_of(HepRefusal refusal);

struct HepSender {
  std::string address;
  uint32_t capture_id = 0;
  bool has_id = false;  // version 1 has none
  uint64_t packets = 0;
  uint64_t refused = 0;  // packets, not counted in `packets`
  HepRefusal last_refusal = HepRefusal::none;
  int64_t first_ns = 0, last_ns = 0;
  uint8_t point = 0;  // Packet::point of what it sends
};

// What a HEP packet says about its sender. `key` points into the packet.
struct HepLabel {
  uint8_t version = 0;  // 3, 2 or 1 by its first bytes; 0: no HEP
  bool has_id = false, has_key = false;
  uint32_t capture_id = 0;
  std::string_view key;
};
HepLabel hep_label(std::string_view packet);

class HepSenders {
 public:
  // The sender of a packet, added when it is new. The reference is valid until the next call.
  HepSender& sender(const RawEndpoint& peer, const HepLabel& label);
  const std::vector<HepSender>& all() const { return senders_; }

 private:
  struct Key {
    std::array<uint8_t, 16> address;
    uint32_t capture_id;
    bool has_id;
    bool operator==(const Key&) const = default;
  };
  std::vector<Key> keys_;
  std::vector<HepSender> senders_;
  size_t last_ = 0;  // place of the sender that was found last
};

// Why a packet is refused. `wanted`: the authentication key that it must carry; empty: any packet
// is taken.
HepRefusal refusal_of(const HepLabel& label, std::string_view wanted);

}  // namespace sipladder
