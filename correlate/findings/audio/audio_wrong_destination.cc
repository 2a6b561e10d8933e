// audio-wrong-destination: RTP goes to an address for which the receiver never asked, or no longer
// asks. Not when it was latched, with ICE, or when a re-INVITE moved it there.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_wrong_destination {
namespace {

// Describes a sender that latched on the first packets that came, whoever sent them.
void describe_stray(CallContext& context, const AudioDirection& direction, StreamId heard_from,
                    Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const StreamRecord& party = context.model.streams[heard_from];
  const std::string_view listener = other_party(direction.from);
  finding->evidence.push_back(party.first_frame);
  finding->summary = fmt::format(
      "{}: {} sends its audio to {}, from where a few packets came, while those of the {} come "
      "from {} (frame {}); {}",
      hears_nothing(context, direction), endpoint_text(context, stream.src),
      endpoint_text(context, stream.dst), listener, endpoint_text(context, party.src),
      party.first_frame, lost_text(context, direction));
  finding->explanation =
      "The sender latched on the first source it saw, and does not learn the right one.";
  finding->remedy =
      "Let it take a source only from the address that signalled, or learn anew (rtpengine strict "
      "source, Asterisk strictrtp); look at who sends the first packets.";
  finding->rfc = "RFC 4961";
}

// The newest SDP of the receiver as it came to whoever sends this stream. A copy that names the
// sender itself was rewritten by it, or for it, and is meant for the other party. Null without one.
const AudioSdp* asked_of(const CallContext& context, const AudioDirection& direction,
                         const StreamRecord& stream) {
  const Negotiation& negotiation = context.audio.negotiation;
  const AudioSdp* newest = negotiation.newest(opposite(direction.from));
  const IpAddress& sender = context.model.endpoints[stream.src].ip;
  if (newest == nullptr || !newest->address || newest->address->ip != sender) return newest;
  const MessageRecord& now = context.message(newest->message);
  const auto& copies = negotiation.audio_sdps;
  for (auto copy = copies.rbegin(); copy != copies.rend(); ++copy) {
    if (copy->author == newest->author && copy->address && copy->address->ip != sender &&
        context.message(copy->message).is_in_exchange_of(now))
      return &*copy;
  }
  return newest;
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  if (const StreamId heard = direction.verdict.proven<SourceProof>().heard_from)
    return describe_stray(context, direction, heard, finding);
  const std::string_view listener = other_party(direction.from);
  const AudioSdp* audio_sdp = asked_of(context, direction, stream);
  const std::string asked = audio_sdp != nullptr && audio_sdp->address
                                ? to_string(*audio_sdp->address)
                                : std::string("elsewhere");
  finding->summary = fmt::format(
      "{}: {} sends its audio to {}, while the {} asked for it at {}; {}",
      hears_nothing(context, direction), endpoint_text(context, stream.src),
      endpoint_text(context, stream.dst), listener, asked, lost_text(context, direction));
  const auto& audio_sdps = context.audio.negotiation.audio_sdps;
  const bool once = std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& older) {
    return older.author != direction.from && older.address == context.model.endpoints[stream.dst];
  });
  finding->explanation =
      once ? "Only an older SDP of the receiving party names this address; it sends from the new "
             "one."
           : "No SDP of the receiving party names this address, and it never sent from there.";
  finding->remedy =
      "Compare the SDP on both sides of each proxy and SBC: the one that changed the address is at "
      "fault. If nobody changed it, the sender still uses an older offer: restart or update it.";
  finding->rfc = "RFC 3264 5.1";
}

void describe_left_behind(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const std::string_view listener = other_party(direction.from);
  const AudioSdp* audio_sdp = context.audio.negotiation.newest(opposite(direction.from));
  finding->evidence.push_back(context.message(audio_sdp->message).frame);
  finding->summary =
      fmt::format("{}: {} keeps sending to {}, although the {} moved to {} (frame {})",
                  hears_nothing(context, direction), endpoint_text(context, stream.src),
                  endpoint_text(context, stream.dst), listener, to_string(*audio_sdp->address),
                  context.message(audio_sdp->message).frame);
  finding->explanation =
      "The re-INVITE or UPDATE was accepted, and its author sends from the new address already.";
  finding->remedy =
      "The sender, or the relay that speaks for it, has to follow the newest SDP: look at its "
      "handling of re-INVITEs, and whether what rewrites SDP saw this one.";
  finding->rfc = "RFC 3264 8.3.1";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::wrong_destination, detector, out, describe);
  report_audio_fault(context, AudioFault::left_behind, detector, out, describe_left_behind);
}
const Detector detector("audio-wrong-destination", Severity::error,
                        "RTP goes to an address or port that no SDP of the peer named and that the "
                        "peer never sent from, or that it has left",
                        check);

}  // namespace
}  // namespace sipladder::audio_wrong_destination
