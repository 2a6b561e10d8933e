#include "correlate/rtp/keyed_ends.h"

#include "decode/sdp.h"

namespace sipladder {

void KeyedEnds::add(const PreparedMessage& message) {
  if (ends_.size() >= kMaxEnds) ends_.clear();
  const Sdp sdp = parse_sdp(find_sdp(*message.sip));
  for (const SdpMedia& media : sdp.media) {
    const bool keyed = !media.crypto.empty() || !media.fingerprint.empty();
    if (!keyed || media.port == 0 || media.media != "audio") continue;
    if (const auto ip = parse_ip(media.address)) ends_.insert({*ip, media.port});
    for (const std::string_view value : media.candidates) {
      const auto candidate = parse_candidate(value);
      if (candidate && candidate->component == 1) ends_.insert(candidate->endpoint);
    }
  }
}

}  // namespace sipladder
