// nat-symmetric-rtp: SDP names a private address, and the peer sends to where the media comes from.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_symmetric_rtp {
namespace {

extern const Detector detector;

constexpr uint32_t kLeast = 20;  // packets in each direction

// A stream of `party` comes from the endpoint `to`.
bool sends_from(const CallContext& context, Party party, EndpointId to) {
  return std::any_of(context.streams.begin(), context.streams.end(), [&](StreamId id) {
    const StreamRecord& stream = context.model.streams[id];
    return stream.src == to && stream.packets >= kLeast && context.media.of(id).from == party;
  });
}

void check(CallContext& context, CallAnalysis* out) {
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const StreamBinding& binding = context.media.of(id);
    if (stream.packets < kLeast || binding.from == Party::none || binding.dst_advertised) continue;
    const Party receiver = binding.from == Party::caller ? Party::callee : Party::caller;
    const AudioSdp* audio_sdp = context.audio.negotiation.newest(receiver);
    if (audio_sdp == nullptr || !audio_sdp->address || audio_sdp->ice ||
        !is_private_scope(scope_of(audio_sdp->address->ip)) ||
        scope_of(context.model.endpoints[stream.dst].ip) != AddressScope::public_ ||
        !sends_from(context, receiver, stream.dst))
      continue;
    Finding finding = finding_of(context, detector);
    finding.stream = id;
    finding.evidence = {context.message(audio_sdp->message).frame, stream.first_frame};
    finding.summary = fmt::format(
        "the SDP of the {} names the private address {}, and {} sends to {}, where its media comes "
        "from",
        party_text(receiver), to_string(*audio_sdp->address), endpoint_text(context, stream.src),
        endpoint_text(context, stream.dst));
    finding.explanation = "The peer answers to the source of the media (symmetric RTP, latching).";
    finding.remedy = "Nothing to do.";
    finding.rfc = "RFC 4961 3";
    report(out, std::move(finding));
    return;
  }
}

const Detector detector("nat-symmetric-rtp", Severity::info,
                        "a private address in SDP is repaired by answering to the source", check);

}  // namespace
}  // namespace sipladder::nat_symmetric_rtp
