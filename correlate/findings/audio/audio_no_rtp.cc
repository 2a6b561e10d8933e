// audio-no-rtp-from-caller, audio-no-rtp-from-callee: offer and answer allow both directions, and
// only the other one is in the capture. Not when the call is held, one-way by agreement, refused,
// or shorter than 2 s. Not without any media, unless the capture shows that ICE finds no path.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_no_rtp {
namespace {

// Adds that both parties are behind one NAT, if each SDP names its public address. Packets to that
// address have to be turned round in the NAT (hairpin, RFC 5128 3.3).
void tell_hairpin(const CallContext& context, const AudioDirection& direction,
                  const StreamRecord& heard, Finding* finding) {
  const AudioSdp* listener = context.audio.negotiation.newest(opposite(direction.from));
  const AudioSdp* silent = context.audio.negotiation.newest(direction.from);
  if (listener == nullptr || silent == nullptr || !listener->address || !silent->address) return;
  const bool one_nat = listener->address->ip == silent->address->ip &&
                       scope_of(listener->address->ip) == AddressScope::public_ &&
                       is_private_scope(scope_of(context.model.endpoints[heard.src].ip));
  if (!one_nat) return;
  finding->explanation = fmt::format(
      "Same NAT on both ends (hairpin): the SDP of both names {}, the public address of their NAT, "
      "and a NAT that does not turn packets round drops what is sent to it from inside.",
      to_string(listener->address->ip));
  finding->remedy =
      "Let the media stay inside (ICE with host candidates, a local media address), anchor it at a "
      "relay outside, or switch on hairpinning (NAT loopback) in the router.";
  finding->rfc = "RFC 5128 3.3.1";
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const AudioDirection& back =
      context.audio.direction(direction.from == Party::caller ? Party::callee : Party::caller);
  const StreamRecord& heard = context.model.streams[back.streams.front()];
  const std::string_view silent = party_text(direction.from);
  const std::string_view listener = other_party(direction.from);
  finding->stream = back.streams.front();
  finding->evidence.push_back(heard.first_frame);
  finding->confidence = Confidence::likely;
  finding->summary = fmt::format(
      "{} hears nothing: no RTP from the {} passes here in {}, while {} {} from {} to {}", listener,
      silent, seconds_text(direction.agreed_ns), counted(heard.packets_once(), "packet"),
      heard.packets_once() == 1 ? "goes" : "go", endpoint_text(context, heard.src),
      endpoint_text(context, heard.dst));
  finding->explanation = fmt::format(
      "The call was answered and offer/answer lets the {} send (RFC 3264), but none of its RTP "
      "passes this capture point: it is not sent, or it is lost before it comes here.",
      silent);
  finding->remedy = fmt::format(
      "Capture at the {} itself. If RTP leaves it, a firewall or NAT on the way drops it: open the "
      "media ports there. If none leaves, check its microphone, its codec and the address that it "
      "was told to send to.",
      silent);
  finding->rfc = "RFC 3264 5.1";
  tell_hairpin(context, direction, heard, finding);
  const auto proof = direction.verdict.proven<AbsenceProof>();
  const EndpointId relay = proof.silent_relay;
  if (!relay || (direction.streams.empty() && !proof.taken)) return;
  const StreamRecord& taken =
      context.model.streams[proof.taken ? proof.taken : direction.streams.front()];
  const CallId leg = proof.taken ? context.media.of(proof.taken).call : CallId{};
  finding->evidence.push_back(taken.first_frame);
  finding->summary = fmt::format(
      "{} hears nothing: {} gets {} of the {} from {}{} and sends none on{}", listener,
      ip_text(context, relay), counted(taken.packets_once(), "packet"), silent,
      endpoint_text(context, taken.src), leg ? fmt::format(" (call {})", leg.value) : std::string(),
      back.verdict.fault == AudioFault::no_rtp
          ? std::string()
          : fmt::format(", while those of the {} pass it", listener));
  finding->explanation = "The relay takes this direction and loses it.";
  finding->remedy = fmt::format(
      "Look in the relay's log (rtpengine-ctl list, rtp set debug on) at the leg towards the {}: "
      "its address must be the one that this party's SDP names.",
      listener);
  if (!proof.taken) return;
  finding->explanation = "The B2BUA takes this direction on its other leg and loses it.";
  finding->remedy = fmt::format(
      "Look in the log of the B2BUA for the leg towards the {}: the codec that it would have to "
      "translate, the bridge between both legs, a mute, the address to which it would send.",
      listener);
}

extern const Detector caller_detector;
extern const Detector callee_detector;

void check_caller(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::no_rtp, caller_detector, out, describe, Party::caller);
}

void check_callee(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::no_rtp, callee_detector, out, describe, Party::callee);
}

const Detector caller_detector(
    "audio-no-rtp-from-caller", Severity::error,
    "answered, and the caller may send, but none of its RTP is in the capture; the callee's is, or "
    "no path opened",
    check_caller);
const Detector callee_detector(
    "audio-no-rtp-from-callee", Severity::error,
    "answered, and the callee may send, but none of its RTP is in the capture; the caller's is, or "
    "no path opened",
    check_callee);

}  // namespace
}  // namespace sipladder::audio_no_rtp
