// nat-pool: the media of a party comes from another public address of its NAT than its SIP does.
// The peer sends its media to the address of the SIP, where the NAT has no port open for it.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_pool {
namespace {

extern const Detector detector;

// The frame of the first SIP of this party from that address; 0: none.
uint32_t sip_from(CallContext& context, Party party, const IpAddress& ip) {
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    const bool own = message.is_request() && message.from_caller == (party == Party::caller);
    if (own && context.model.endpoints[message.src].ip == ip) return message.frame;
  }
  return 0;
}

void check_direction(CallContext& context, const AudioDirection& direction, CallAnalysis* out) {
  if (direction.verdict.fault != AudioFault::not_latched) return;
  const StreamRecord& lost = context.model.streams[direction.verdict.shown_by];
  const StreamRecord& heard =
      context.model.streams[direction.verdict.proven<SourceProof>().heard_from];
  const Endpoint& to = context.model.endpoints[lost.dst];
  const Endpoint& from = context.model.endpoints[heard.src];
  const Party party = direction.from == Party::caller ? Party::callee : Party::caller;
  // A private source is the same media, captured before the NAT.
  if (to.ip == from.ip || !is_public(from.ip)) return;
  const uint32_t frame = sip_from(context, party, to.ip);
  if (frame == 0) return;
  Finding finding = finding_of(context, detector);
  finding.stream = direction.verdict.shown_by;
  finding.confidence = Confidence::likely;
  finding.evidence = {frame, lost.first_frame, heard.first_frame};
  finding.summary = fmt::format(
      "the SIP of the {} comes from {} (frame {}), its RTP from {} (frame {}): its NAT has several "
      "public addresses, and {} sends to {}, where nothing is open",
      party_text(party), to_string(to.ip), frame, to_string(from), heard.first_frame,
      endpoint_text(context, lost.src), to_string(to));
  finding.explanation =
      "A NAT with a pool of addresses has to give one client the same one for all that it sends "
      "(address pooling \"paired\"). This one does not, and who takes the address of the SIP for "
      "the media sends it into nothing.";
  finding.remedy =
      "Set the pool of the NAT to paired, or let the peer answer to the source of the media "
      "(symmetric RTP), or anchor it (rtpengine).";
  finding.rfc = "RFC 4787 4.1 REQ-2";
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  check_direction(context, context.audio.from_caller, out);
  check_direction(context, context.audio.from_callee, out);
}

const Detector detector("nat-pool", Severity::error,
                        "media and SIP of a party come from different addresses of its NAT", check);

}  // namespace
}  // namespace sipladder::nat_pool
