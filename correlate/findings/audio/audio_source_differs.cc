// audio-source-differs: a party sends from another public host than its SDP names, but from the
// port that its SDP names, and nothing ever comes from the named host. Then its external address is
// wrong. Not where ICE, a relay or another hop's SDP explains it.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_source_differs {
namespace {

extern const Detector detector;

bool is_source_here(const CallContext& context, const IpAddress& ip) {
  const auto& endpoints = context.model.endpoints;
  const bool sends = std::any_of(context.streams.begin(), context.streams.end(), [&](StreamId id) {
    return endpoints[context.model.streams[id].src].ip == ip;
  });
  return sends || std::any_of(context.gathered.begin(), context.gathered.end(), [&](MessageId id) {
           return endpoints[context.message(id).src].ip == ip;
         });
}

// The SDP of the party that names another host than `source`, with the same port. Null when any of
// its SDPs names that host, or cannot be compared.
const AudioSdp* contradicted(const CallContext& context, Party from, const Endpoint& source) {
  const AudioSdp* wrong = nullptr;
  for (const AudioSdp& audio_sdp : context.audio.negotiation.audio_sdps) {
    if (audio_sdp.author != from || !audio_sdp.usable) continue;
    if (!audio_sdp.address || audio_sdp.ice || audio_sdp.address->ip == source.ip) return nullptr;
    if (audio_sdp.address->ip.family != source.ip.family) return nullptr;  // has both families
    if (audio_sdp.address->port == source.port) wrong = &audio_sdp;
  }
  return wrong;
}

bool is_unheard(const CallContext& context, Party party) {
  const AudioDirection& towards = context.audio.direction(opposite(party));
  const bool stuck =
      std::any_of(towards.last_leg.begin(), towards.last_leg.end(),
                  [&](StreamId id) { return context.model.streams[id].stuck_reports >= 3; });
  return stuck || is_never_heard(towards);
}

void check_party(CallContext& context, Party party, CallAnalysis* out) {
  constexpr uint32_t kMinPackets = 50;
  for (const StreamId id : context.audio.direction(party).last_leg) {
    const StreamRecord& stream = context.model.streams[id];
    const Endpoint& source = context.model.endpoints[stream.src];
    if (stream.packets < kMinPackets || scope_of(source.ip) != AddressScope::public_) continue;
    const AudioSdp* audio_sdp = contradicted(context, party, source);
    if (audio_sdp == nullptr || scope_of(audio_sdp->address->ip) != AddressScope::public_) continue;
    if (is_source_here(context, audio_sdp->address->ip)) continue;
    Finding finding = finding_of(context, detector);
    // They may share a virtual address, or a byte is mistyped.
    if (share_network(source.ip, audio_sdp->address->ip))
      finding.severity = Severity::info;
    else if (is_unheard(context, party))
      finding.severity = Severity::error;
    finding.confidence = Confidence::likely;
    finding.stream = id;
    finding.message = audio_sdp->message;
    finding.evidence = {context.message(audio_sdp->message).frame, stream.first_frame};
    finding.summary = fmt::format(
        "the {}'s SDP names {} (frame {}), from where nothing comes: its RTP comes from {}, the "
        "same port (frame {})",
        party_text(party), to_string(*audio_sdp->address),
        context.message(audio_sdp->message).frame, to_string(source), stream.first_frame);
    finding.explanation = fmt::format(
        "The external address that the {} was given is wrong or stale. Who sends to its SDP is not "
        "heard; only a peer that answers to the source it sees is.",
        party_text(party));
    finding.remedy = fmt::format(
        "Correct the external address there (Asterisk external_media_address, FreeSWITCH "
        "ext-rtp-ip, rtpengine interface, Kamailio advertise): the world sees {}.",
        to_string(source.ip));
    finding.rfc = "RFC 4961 3";
    return report(out, std::move(finding));
  }
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.streams.empty() || !context.audio.answered) return;
  context.messages();
  check_party(context, Party::caller, out);
  check_party(context, Party::callee, out);
}

const Detector detector(
    "audio-source-differs", Severity::warning,
    "a party's RTP comes from another public host than its SDP names, which is never seen (error "
    "when it is not heard)",
    check);

}  // namespace
}  // namespace sipladder::audio_source_differs
