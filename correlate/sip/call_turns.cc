#include "correlate/sip/call_turns.h"

#include <algorithm>

#include "decode/sdp.h"

namespace sipladder {

void CallTurns::add(const PreparedMessage& message) {
  const MessageRecord& record = message.record;
  if (!record.has_sdp || record.method == Method::unknown) return;
  if (begun_.size() >= kMaxTurns || turns_.size() >= kMaxTurns) {
    begun_.clear();
    turns_.clear();
  }
  const uint64_t call = message.facts.call_hash;
  if (record.method == Method::invite && record.status / 100 == 2) {
    if (answered_.size() >= kMaxTurns) answered_.clear();
    answered_.insert(call);
  }
  const bool begins = record.is_request() && record.method == Method::invite && !record.has_to_tag;
  if (begins) begun_.insert(call);
  if (!begun_.contains(call)) return;
  const Sdp sdp = parse_sdp(find_sdp(*message.sip));
  for (const SdpMedia& media : sdp.media) {
    const auto ip = parse_ip(media.address);
    if (ip && media.port != 0) take({*ip, media.port}, call, record.time_ns);
  }
}

void CallTurns::take(const Endpoint& endpoint, uint64_t call, int64_t time_ns) {
  Turn& turn = turns_[endpoint];
  auto& calls = turn.calls;
  if (std::find(calls.begin(), calls.end(), call) != calls.end()) return;
  std::rotate(calls.begin(), calls.end() - 1, calls.end());
  calls.front() = call;
  turn.taken_ns = time_ns;
}

bool CallTurns::is_before_answer(const Endpoint& endpoint) const {
  const auto found = turns_.find(endpoint);
  return found == turns_.end() || !answered_.contains(found->second.calls.front());
}

int64_t CallTurns::taken_ns(const Endpoint& endpoint) const {
  const auto found = turns_.find(endpoint);
  return found == turns_.end() ? 0 : found->second.taken_ns;
}

}  // namespace sipladder
