#include "correlate/rtp/keyed_ends.h"

#include "decode/sdp.h"

namespace sipladder {

void KeyedEnds::add(const PreparedMessage& message) {
  if (ends_.size() >= kMaxEnds) {
    ends_.clear();
    keys_.clear();
  }
  const Sdp sdp = parse_sdp(find_sdp(*message.sip));
  for (const SdpMedia& media : sdp.media) {
    const bool keyed = !media.crypto.empty() || !media.fingerprint.empty();
    if (!keyed || media.port == 0 || media.media != "audio") continue;
    if (const auto ip = parse_ip(media.address)) {
      ends_.insert({*ip, media.port});
      for (const std::string_view line : media.crypto) {
        for (SrtpKey& key : srtp_keys_of(line)) add_key({*ip, media.port}, std::move(key));
      }
    }
    for (const std::string_view value : media.candidates) {
      const auto candidate = parse_candidate(value);
      if (candidate && candidate->component == 1) ends_.insert(candidate->endpoint);
    }
  }
}

void KeyedEnds::add_key(const Endpoint& endpoint, SrtpKey key) {
  std::vector<Key>& keys = keys_[endpoint];
  for (const Key& known : keys) {
    if (known.key.is_same(key)) return;
  }
  if (keys.size() >= kMaxKeys) keys.erase(keys.begin());
  keys.push_back({std::move(key), nullptr});
}

bool KeyedEnds::open_by(const Endpoint& endpoint, std::string_view packet, std::string* plain) {
  const auto found = keys_.find(endpoint);
  if (found == keys_.end()) return false;
  for (size_t i = found->second.size(); i-- > 0;) {
    Key& one = found->second[i];
    if (one.cipher == nullptr) one.cipher = SrtpCipher::of(one.key);
    if (one.cipher != nullptr && one.cipher->open_rtcp(packet, plain)) return true;
  }
  return false;
}

// RTCP runs on the port above its RTP or on the same (RFC 3550 11, RFC 5761).
bool KeyedEnds::open_rtcp(const Endpoint& src, std::string_view packet, std::string* plain) {
  if (keys_.empty()) return false;
  const Endpoint below{src.ip, static_cast<uint16_t>(src.port - 1)};
  return open_by(below, packet, plain) || open_by(src, packet, plain);
}

}  // namespace sipladder
