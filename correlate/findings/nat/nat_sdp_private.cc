// nat-sdp-private: SDP with a private address leaves for the public network, and no media in the
// capture judges it.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::nat_sdp_private {
namespace {

extern const Detector detector;

bool is_public(const IpAddress& ip) {
  return scope_of(ip) == AddressScope::public_;
}

// Another finding says it, or media that is here does.
bool is_judged(const CallContext& context, const CallAnalysis& analysis) {
  if (!context.streams.empty()) return true;
  return std::any_of(
      analysis.findings.begin(), analysis.findings.end(),
      [](const Finding& finding) { return finding.code == "audio-private-address"; });
}

// The newest message with that SDP (`stand` is its first copy) between two public hosts.
const MessageRecord* left_unchanged(CallContext& context, const SdpStand& stand) {
  const MessageRecord& first = context.message(stand.message);
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.has_sdp || !message.is_in_exchange_of(first) ||
        message.is_request() != first.is_request())
      continue;
    if (!is_public(context.model.endpoints[message.src].ip) ||
        !is_public(context.model.endpoints[message.dst].ip) || !context.view.load(message))
      continue;
    const Sdp sdp = parse_sdp(find_sdp(context.view.sip()));
    for (const SdpMedia& media : sdp.media) {
      if (parse_ip(media.address) == stand.address->ip) return &message;
    }
  }
  return nullptr;
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.answer_ns == 0 || is_judged(context, *out)) return;
  const Negotiation& negotiation = context.audio.negotiation;
  for (const Party party : {Party::caller, Party::callee}) {
    const SdpStand* stand = negotiation.newest(party);
    if (stand == nullptr || !stand->address || stand->ice || !stand->usable ||
        !is_private_scope(scope_of(stand->address->ip)))
      continue;
    const MessageRecord* message = left_unchanged(context, *stand);
    if (message == nullptr) continue;
    Finding finding = finding_of(context, detector);
    finding.message = stand->message;
    finding.evidence = {context.message(stand->message).frame, message->frame};
    finding.confidence = Confidence::likely;
    finding.summary = fmt::format(
        "the SDP of the {} names the private address {} and goes from {} to {} like that (frame "
        "{})",
        party_text(party), to_string(*stand->address), endpoint_text(context, message->src),
        endpoint_text(context, message->dst), message->frame);
    finding.explanation =
        "Media that is sent to a private address does not arrive, unless the other "
        "side answers to the source of the media. The capture holds none of it.";
    finding.remedy =
        "Capture the media as well; or let the phone use STUN or ICE, or the server a "
        "relay (rtpengine, media proxy).";
    finding.rfc = "RFC 3264 5";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

const Detector detector("nat-sdp-private", Severity::warning,
                        "a private address in SDP goes out to the public network", check);

}  // namespace
}  // namespace sipladder::nat_sdp_private
