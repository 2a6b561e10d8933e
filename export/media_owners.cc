#include "export/media_owners.h"

#include <algorithm>

#include "capture/time_units.h"
#include "decode/sdp.h"

namespace sipladder {
namespace {

constexpr int64_t kBeforeNs = 5 * kSecondNs;  // media may come this long before the SDP naming it
constexpr int64_t kAfterNs = 32 * kSecondNs;  // media may go on this long after the call ended

Endpoint port_above(Endpoint end) {
  end.port++;
  return end;
}

}  // namespace

MediaOwners::MediaOwners(const Model& model, const PacketLog& log, Analyst& analyst)
    : model_(model), analyst_(analyst), view_(log) {
  analyst.media().update();
  analyst.legs().update();
  for (const MessageId id : model.messages.ids()) {
    if (model.cancellation.requested()) return;
    learn(id);
  }
  const MediaBinding& media = analyst.media();
  for (const StreamId id : model.streams.ids()) {
    const StreamRecord& stream = model.streams[id];
    if (!media.of(id).call) continue;
    for (const EndpointId end : {stream.src, stream.dst})
      claim_with_rtcp(model.endpoints[end], stream.first_ns, media.of(id).call);
  }
  for (auto& [end, claims] : claims_) {
    std::stable_sort(claims.begin(), claims.end(),
                     [](const Claim& a, const Claim& b) { return a.time_ns < b.time_ns; });
  }
}

void MediaOwners::claim(const Endpoint& end, int64_t time_ns, CallId call) {
  std::vector<Claim>& claims = claims_[end];
  if (claims.size() >= kMostClaims) claims.erase(claims.begin());
  claims.push_back({time_ns, call});
}

void MediaOwners::claim_with_rtcp(const Endpoint& end, int64_t time_ns, CallId call) {
  claim(end, time_ns, call);
  claim(port_above(end), time_ns, call);
}

void MediaOwners::learn(MessageId id) {
  const MessageRecord& message = model_.messages[id];
  if (!message.has_sdp || message.is_copy() || !view_.load(message)) return;
  const auto claim_all = [&](const Endpoint& end) {
    claim_with_rtcp(end, message.time_ns, message.call);
    for (const Endpoint& client : analyst_.media().turn_clients_of(end))
      claim(client, message.time_ns, message.call);
  };
  const Sdp sdp = parse_sdp(find_sdp(view_.sip()));
  for (const SdpMedia& media : sdp.media) {
    const auto ip = parse_ip(media.address);
    if (media.port == 0) continue;
    if (ip) claim_all({*ip, media.port});
    if (ip && media.rtcp_port) claim({*ip, *media.rtcp_port}, message.time_ns, message.call);
    for (const std::string_view value : media.candidates) {
      if (const auto candidate = parse_candidate(value)) claim_all(candidate->endpoint);
    }
  }
}

bool MediaOwners::is_over(CallId id, int64_t time_ns) const {
  const CallRecord& call = model_.calls[id];
  const bool ended =
      call.final_status >= 300 || (call.state == CallState::completed && call.bye_ns != 0);
  return ended && call.end_ns < time_ns;
}

// The newest claim of a call that goes on at that time; else of a call that has just ended; else of
// a call that names the endpoint soon after.
const MediaOwners::Claim* MediaOwners::newest(const std::vector<Claim>& claims,
                                              int64_t time_ns) const {
  const auto behind =
      std::upper_bound(claims.begin(), claims.end(), time_ns,
                       [](int64_t time, const Claim& claim) { return time < claim.time_ns; });
  const Claim* ended = nullptr;
  for (auto claim = behind; claim != claims.begin();) {
    --claim;
    if (!is_over(claim->call, time_ns)) return &*claim;
    const bool just = time_ns - model_.calls[claim->call].end_ns < kAfterNs;
    if (ended == nullptr && just) ended = &*claim;
  }
  const bool soon = behind != claims.end() && behind->time_ns - time_ns < kBeforeNs;
  return ended == nullptr && soon ? &*behind : ended;
}

std::vector<CallId> MediaOwners::owners(const Endpoint& end, int64_t time_ns) const {
  const auto found = claims_.find(end);
  if (found == claims_.end()) return {};
  const Claim* const best = newest(found->second, time_ns);
  if (best == nullptr) return {};
  std::vector<CallId> result = {best->call};
  const CallId session = analyst_.legs().session_of(best->call);
  for (const Claim& claim : found->second) {
    const bool known = std::find(result.begin(), result.end(), claim.call) != result.end();
    if (!known && analyst_.legs().session_of(claim.call) == session) result.push_back(claim.call);
  }
  return result;
}

}  // namespace sipladder
