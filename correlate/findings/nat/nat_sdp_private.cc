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

bool is_between_public(const CallContext& context, const MessageRecord& message) {
  return is_public(context.model.endpoints[message.src].ip) &&
         is_public(context.model.endpoints[message.dst].ip);
}

std::optional<IpAddress> media_ip(CallContext& context, const MessageRecord& message) {
  if (!context.view.load(message)) return std::nullopt;
  for (const SdpMedia& media : parse_sdp(find_sdp(context.view.sip())).media) {
    if (const auto ip = parse_ip(media.address)) return ip;
  }
  return std::nullopt;
}

// The newest copy that another hop sends on to a public host with that SDP. None when a hop puts
// another address into it, or sends it back to where it came from: both are behind one NAT.
const MessageRecord* left_unchanged(CallContext& context, const SdpStand& stand) {
  const MessageRecord& first = context.message(stand.message);
  const IpAddress& source = context.model.endpoints[first.src].ip;
  const MessageRecord* left = nullptr;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.has_sdp || !message.is_in_exchange_of(first) ||
        message.is_request() != first.is_request() ||
        context.model.endpoints[message.src].ip == source)
      continue;
    const auto ip = media_ip(context, message);
    if (ip != stand.address->ip || context.model.endpoints[message.dst].ip == source)
      return nullptr;
    if (is_between_public(context, message)) left = &message;
  }
  return is_public(source) ? left : nullptr;
}

// A healthy call without media is not read: its SDP in force, when it may be about this.
Negotiation negotiation_here(CallContext& context) {
  if (!context.audio.negotiation.stands.empty()) return context.audio.negotiation;
  const bool any =
      std::any_of(context.messages().begin(), context.messages().end(), [&](MessageId id) {
        const MessageRecord& message = context.message(id);
        return message.has_sdp && is_between_public(context, message);
      });
  if (!any) return {};
  return negotiation_of(context.model, context.view, context.call, context.messages(),
                        context.audio.end_ns);
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.answer_ns == 0 || !context.call.sdp.may_be_private || is_judged(context, *out))
    return;
  const Negotiation negotiation = negotiation_here(context);
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
