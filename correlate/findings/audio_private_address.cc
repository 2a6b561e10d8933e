// audio-private-address: RTP goes to the private address of an SDP whose author the packets show in
// another network. Not when both are inside private space, or when a relay or the peer latched onto
// the real source.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

// The newest packet source of the party that is not the private address: its signalling.
const MessageRecord* message_of(CallContext& context, Party party) {
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (message.from_caller == (party == Party::caller) &&
        scope_of(context.model.endpoints[message.src].ip) == AddressScope::public_) {
      return &message;
    }
  }
  return nullptr;
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.culprit];
  const Party deaf = direction.from == Party::caller ? Party::callee : Party::caller;
  const std::string_view deaf_text = party_text(deaf);
  const AudioDirection& back = context.audio.direction(deaf);
  std::string seen;
  if (!back.streams.empty()) {
    const StreamRecord& heard = context.model.streams[back.streams.front()];
    seen = fmt::format("its own RTP comes from {} (frame {})", endpoint_text(context, heard.src),
                       heard.first_frame);
    finding->evidence.push_back(heard.first_frame);
  } else if (const MessageRecord* message = message_of(context, deaf)) {
    seen = fmt::format("its packets come from {} (frame {})", ip_text(context, message->src),
                       message->frame);
    finding->evidence.push_back(message->frame);
  }
  finding->summary = fmt::format(
      "{} hears nothing: {} sends its audio to {}, the private address in the {}'s SDP, while {}; "
      "{} packets lost",
      deaf_text, ip_text(context, stream.src), endpoint_text(context, stream.dst), deaf_text, seen,
      stream.packets);
  finding->explanation = fmt::format(
      "The {} is behind a NAT and offered the address of its own network. Nothing on the way put "
      "the public one in its place, "
      "and the peer sends to what the SDP says (RFC 3264): those packets cannot arrive.",
      deaf_text);
  finding->remedy =
      "Anchor the media (rtpengine with nathelper on Kamailio or OpenSIPS), or let the peer answer "
      "to the source it sees (Asterisk "
      "rtp_symmetric=yes with direct_media=no, FreeSWITCH comedia/auto-adjust), or let the phone "
      "use STUN, ICE or its external address.";
  finding->rfc = "RFC 3264 5.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::private_address, detector, out, describe);
}
const Detector detector(
    "audio-private-address", Severity::error,
    "RTP goes to a private address from SDP while that party's packets come from another network",
    check);

}  // namespace
}  // namespace sipladder
