#include "capture/hep_senders.h"

#include <arpa/inet.h>

#include <algorithm>

namespace sipladder {
namespace {

constexpr uint16_t kCaptureId = 12, kAuthenticationKey = 14;

uint32_t number(std::string_view bytes) {
  uint32_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// Compares in a time that does not depend on where the keys differ.
bool same_key(std::string_view a, std::string_view b) {
  unsigned difference = a.size() != b.size();
  for (size_t i = 0; i < a.size() && i < b.size(); i++)
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

std::string address_text(const RawEndpoint& peer) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(peer.v6 ? AF_INET6 : AF_INET, peer.bytes.data(), text, sizeof text);
  return text;
}

void read_chunks(std::string_view chunks, HepLabel* label) {
  constexpr size_t kHead = 6;
  while (chunks.size() >= kHead) {
    const size_t length = number(chunks.substr(4, 2));
    if (length < kHead || length > chunks.size()) return;
    const std::string_view value = chunks.substr(kHead, length - kHead);
    const uint32_t type = number(chunks.substr(0, 4));  // vendor 0 and the type
    if (type == kCaptureId && value.size() == 4 && !label->has_id) {
      label->has_id = true;
      label->capture_id = number(value);
    }
    if (type == kAuthenticationKey && !label->has_key) {
      label->has_key = true;
      label->key = value;
    }
    chunks.remove_prefix(length);
  }
}

}  // namespace

std::string_view words_of(HepRefusal refusal) {
  switch (refusal) {
    case HepRefusal::no_key:
      return "no authentication key";
    case HepRefusal::wrong_key:
      return "another authentication key";
    case HepRefusal::old:
      return "HEP of version 1 or 2, which has no authentication key";
    case HepRefusal::no_hep:
      return "no HEP";
    case HepRefusal::none:
      break;
  }
  return {};
}

HepLabel hep_label(std::string_view packet) {
  HepLabel label;
  constexpr size_t kBeforeChunks = 6;
  if (packet.starts_with("HEP3") && packet.size() >= kBeforeChunks) {
    label.version = 3;
    read_chunks(packet.substr(kBeforeChunks), &label);
  } else if (!packet.empty() && (packet[0] == 1 || packet[0] == 2)) {
    label.version = static_cast<uint8_t>(packet[0]);
  }
  return label;
}

HepRefusal refusal_of(const HepLabel& label, std::string_view wanted) {
  if (wanted.empty()) return HepRefusal::none;
  if (label.version == 0) return HepRefusal::no_hep;
  if (label.version != 3) return HepRefusal::old;
  if (!label.has_key) return HepRefusal::no_key;
  return same_key(label.key, wanted) ? HepRefusal::none : HepRefusal::wrong_key;
}

HepSender& HepSenders::sender(const RawEndpoint& peer, const HepLabel& label) {
  const Key key{peer.bytes, label.capture_id, label.has_id};
  if (last_ < keys_.size() && keys_[last_] == key) return senders_[last_];
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  last_ = static_cast<size_t>(found - keys_.begin());
  if (found != keys_.end()) return senders_[last_];
  if (senders_.size() > kMostHepSenders) return senders_.back();
  HepSender& added = senders_.emplace_back();
  added.point = static_cast<uint8_t>(senders_.size() - 1);
  if (senders_.size() > kMostHepSenders) {
    added.address = "others";
    return added;
  }
  keys_.push_back(key);
  added.address = address_text(peer);
  added.capture_id = label.capture_id;
  added.has_id = label.has_id;
  return added;
}

}  // namespace sipladder
