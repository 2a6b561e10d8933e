// audio-private-address: RTP goes to a private address from SDP, while packets show the author of
// that SDP in another network. Not when both parties are in one private network, nor when a relay
// or the peer latched onto the real source.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_private_address {
namespace {

bool is_private(const IpAddress& ip) {
  return scope_of(ip) == AddressScope::private_ || scope_of(ip) == AddressScope::cgnat;
}

// A request that the party itself sends from a public address: no proxy has added a Via. Null when
// there is none.
const MessageRecord* request_of(CallContext& context, Party party) {
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    const bool own = message.is_request() && message.from_caller == (party == Party::caller) &&
                     scope_of(context.model.endpoints[message.src].ip) == AddressScope::public_;
    if (!own || !context.view.load(message)) continue;
    if (header_values(context.view.sip(), HeaderId::via).size() == 1) return &message;
  }
  return nullptr;
}

// "the private address in the caller's SDP (frame 12)", or which host put it there.
std::string named_text(CallContext& context, const PrivateProof& proof, Party listener,
                       Finding* finding) {
  const std::string plain =
      fmt::format("the private address in the {}'s SDP", party_text(listener));
  if (!proof.named_in) return plain;
  const MessageRecord& message = context.message(proof.named_in);
  finding->evidence.push_back(message.frame);
  const auto& audio_sdps = context.audio.negotiation.audio_sdps;
  const auto naming =
      std::find_if(audio_sdps.begin(), audio_sdps.end(),
                   [&](const AudioSdp& audio_sdp) { return audio_sdp.message == proof.named_in; });
  // An earlier hop shows the same SDP with another address: it was rewritten on the way.
  const bool rewritten = std::any_of(audio_sdps.begin(), naming, [&](const AudioSdp& audio_sdp) {
    const MessageRecord& other = context.message(audio_sdp.message);
    return audio_sdp.author == listener && other.is_in_exchange_of(message) &&
           audio_sdp.address != naming->address;
  });
  if (!rewritten) return fmt::format("{} (frame {})", plain, message.frame);
  return fmt::format("the private address that {} put into the {}'s SDP (frame {})",
                     ip_text(context, message.src), party_text(listener), message.frame);
}

// What contradicts the private address in the SDP, in words.
std::string seen_of(CallContext& context, const PrivateProof& proof, Party listener,
                    Finding* finding) {
  const AudioDirection& back = context.audio.direction(listener);
  const StreamId heard = proof.heard_from       ? proof.heard_from
                         : back.streams.empty() ? StreamId{}
                                                : back.streams.front();
  const AudioSdp* audio_sdp = context.audio.negotiation.newest(listener);
  const bool inside =
      heard && audio_sdp != nullptr &&
      audio_sdp->address == context.model.endpoints[context.model.streams[heard].src];
  if (heard && !inside) {
    const StreamRecord& stream = context.model.streams[heard];
    finding->evidence.push_back(stream.first_frame);
    return fmt::format("its own RTP comes from {} (frame {})", endpoint_text(context, stream.src),
                       stream.first_frame);
  }
  if (const MessageRecord* request = request_of(context, listener)) {
    finding->evidence.push_back(request->frame);
    return fmt::format("its packets come from {} (frame {})", ip_text(context, request->src),
                       request->frame);
  }
  return "the call was set up through a public network";
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const Party listener = opposite(direction.from);
  const std::string_view listener_text = party_text(listener);
  const auto proof = direction.verdict.proven<PrivateProof>();
  const std::string seen = seen_of(context, proof, listener, finding);
  if (direction.verdict.shown_by) {
    const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
    finding->summary = fmt::format(
        "{}: {} sends its audio to {}, {}, while {}; {}", hears_nothing(context, direction),
        ip_text(context, stream.src), endpoint_text(context, stream.dst),
        named_text(context, proof, listener, finding), seen, lost_text(context, direction));
  } else {
    const AudioSdp* audio_sdp = context.audio.negotiation.newest(listener);
    finding->summary = fmt::format(
        "{}: no RTP from the {} comes here, because the {}'s SDP names {}, a private "
        "address, while {}",
        hears_nothing(context, direction), party_text(direction.from), listener_text,
        audio_sdp != nullptr && audio_sdp->address ? to_string(*audio_sdp->address) : std::string(),
        seen);
  }
  finding->explanation = fmt::format(
      "The {} is behind a NAT and offered the address of its own network. Nothing on the way put "
      "the public one in its place, "
      "and the peer sends to what the SDP says (RFC 3264): those packets cannot arrive.",
      listener_text);
  finding->remedy =
      "Anchor the media (rtpengine with nathelper on Kamailio or OpenSIPS), or let the peer answer "
      "to the source it sees (Asterisk "
      "rtp_symmetric=yes with direct_media=no, FreeSWITCH comedia/auto-adjust), or let the phone "
      "use STUN, ICE or its external address.";
  finding->rfc = "RFC 3264 5.1";
}

extern const Detector detector;

bool is_accepted_invite(const TransactionRecord& txn) {
  return txn.method == Method::invite && txn.succeeded() && !txn.in_dialog && txn.request;
}

// The records do not rule a half-configured server out. No message is read for this.
bool may_be_half_configured(const CallContext& context, const TransactionRecord& txn) {
  constexpr uint16_t kSip = 5060, kLastSip = 5099;
  const MessageRecord& answer = context.message(txn.final_response);
  const Endpoint& source = context.model.endpoints[answer.src];
  // Only ports that servers use: a phone that has learnt its NAT's public address names that in
  // Contact too, but its port is one that the NAT gave.
  return answer.sdp.may_be_private && source.port >= kSip && source.port <= kLastSip &&
         scope_of(source.ip) == AddressScope::public_;
}

// The private media address in the answer of a server that is configured with its public address
// for SIP only: its Contact names the public address that the answer comes from. nullopt for a
// phone behind a NAT, whose Contact names its private network too.
std::optional<Endpoint> half_configured_answer(CallContext& context, const TransactionRecord& txn) {
  if (!may_be_half_configured(context, txn)) return std::nullopt;
  const MessageRecord& answer = context.message(txn.final_response);
  const IpAddress& server = context.model.endpoints[answer.src].ip;
  const auto offered = audio_address(context, txn.request);
  if (!offered || scope_of(offered->ip) != AddressScope::public_) return std::nullopt;
  const auto answered = audio_address(context, txn.final_response);
  if (!answered || !is_private(answered->ip)) return std::nullopt;
  const SipUri contact =
      parse_uri(parse_name_addr(context.view.sip().value(HeaderId::contact)).uri);
  return parse_ip(contact.host) == server ? answered : std::nullopt;
}

// Judges the answer of a call without RTP by its SDP alone. Not where the answer on another hop has
// another address: then a hop has put that in its place.
void check_answer(CallContext& context, CallAnalysis* out) {
  if (!context.audio.answered || !context.streams.empty() || !context.call.sdp.may_be_private)
    return;
  const auto may_be = [&](TransactionId id) {
    const TransactionRecord& txn = context.model.transactions[id];
    return is_accepted_invite(txn) && may_be_half_configured(context, txn);
  };
  if (std::none_of(context.transactions.begin(), context.transactions.end(), may_be)) return;
  TransactionId found;
  std::optional<Endpoint> named, first;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!is_accepted_invite(txn)) continue;
    const auto answered = audio_address(context, txn.final_response);
    if (first && answered && answered != first) return;  // a hop puts another one in its place
    if (!first) first = answered;
    if (found) continue;
    named = half_configured_answer(context, txn);
    if (named) found = id;
  }
  if (!found) return;
  const MessageId accepted = context.model.transactions[found].final_response;
  const MessageRecord& message = context.message(accepted);
  Finding finding = finding_of(context, detector);
  finding.severity = Severity::warning;
  finding.confidence = Confidence::likely;
  finding.message = accepted;
  finding.dialog = message.dialog;
  finding.txn = found;
  finding.evidence = {message.frame};
  finding.summary = fmt::format(
      "private address in the answer, no RTP in this file: {} answers from a public address, its "
      "Contact says so, and its SDP names {} (frame {})",
      ip_text(context, message.src), to_string(*named), message.frame);
  finding.explanation =
      "Who sends to the address in this SDP sends to nobody (RFC 3264): the callee hears nothing, "
      "unless the caller answers to the source that it sees.";
  finding.remedy = fmt::format(
      "Give the server its external media address: {} (Asterisk external_media_address, FreeSWITCH "
      "ext-rtp-ip, LiveKit use_external_ip, rtpengine --interface=private!public).",
      ip_text(context, message.src));
  finding.rfc = "RFC 3264 5.1";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::private_address, detector, out, describe);
  check_answer(context, out);
}
const Detector detector(
    "audio-private-address", Severity::error,
    "RTP goes to a private address from SDP while that party's packets come from another network",
    check);

}  // namespace
}  // namespace sipladder::audio_private_address
