// nat-sdp-private: SDP with a private address leaves for the public network, and no media in the
// capture judges it.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_sdp_private {
namespace {

extern const Detector detector;

// Media of the call is here and judges it, or audio-private-address tells it already.
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

// One copy of a message with SDP.
struct Copy {
  std::optional<IpAddress> media;
  std::optional<IpAddress> client;  // as the first proxy saw it: received of the last Via
  size_t vias = 0;
};

Copy read_copy(CallContext& context, const MessageRecord& message) {
  Copy copy;
  if (!context.view.load(message)) return copy;
  const SipIndex& sip = context.view.sip();
  for (const SdpMedia& media : parse_sdp(find_sdp(sip)).media) {
    if (!copy.media) copy.media = parse_ip(media.address);
  }
  const auto vias = header_values(sip, HeaderId::via);
  copy.vias = vias.size();
  if (!vias.empty()) copy.client = parse_ip(parse_via(vias.back()).received);
  return copy;
}

// The newest copy that a proxy sends on to a public host with the address of `audio_sdp`. Null when
// a proxy puts another address into it. Null too when it goes back to the host that it came from:
// then both parties are behind one NAT.
const MessageRecord* left_unchanged(CallContext& context, const AudioSdp& audio_sdp) {
  const MessageRecord& known = context.message(audio_sdp.message);
  const MessageRecord* left = nullptr;
  std::optional<IpAddress> origin;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.has_sdp || message.is_copy() || !message.is_in_exchange_of(known) ||
        message.is_request() != known.is_request())
      continue;
    const IpAddress& source = context.model.endpoints[message.src].ip;
    const IpAddress& target = context.model.endpoints[message.dst].ip;
    if (!origin) origin = source;
    const Copy copy = read_copy(context, message);
    if (source == *origin && (!message.is_request() || copy.vias < 2)) continue;
    const bool returns = target == *origin || (message.is_request() && copy.client == target);
    if (copy.media != audio_sdp.address->ip || returns) return nullptr;
    if (is_between_public(context, message)) left = &message;
  }
  return origin && is_public(*origin) ? left : nullptr;
}

// Offer and answer of the call. AudioFacts leaves them out of a healthy call without media; they
// are read here only if a message with SDP passes between public hosts.
Negotiation negotiation_here(CallContext& context) {
  if (!context.audio.negotiation.audio_sdps.empty()) return context.audio.negotiation;
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
    const AudioSdp* audio_sdp = negotiation.newest(party);
    if (audio_sdp == nullptr || !audio_sdp->address || audio_sdp->ice || !audio_sdp->usable ||
        !is_private_scope(scope_of(audio_sdp->address->ip)))
      continue;
    const MessageRecord* message = left_unchanged(context, *audio_sdp);
    if (message == nullptr) continue;
    Finding finding = finding_of(context, detector);
    finding.message = audio_sdp->message;
    finding.evidence = {context.message(audio_sdp->message).frame, message->frame};
    finding.confidence = Confidence::likely;
    finding.summary = fmt::format(
        "the SDP of the {} names the private address {} and goes from {} to {} like that (frame "
        "{})",
        party_text(party), to_string(*audio_sdp->address), endpoint_text(context, message->src),
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
