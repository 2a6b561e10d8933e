// audio-unusable-address: an SDP names an address or port to which nobody can send: 0.0.0.0 from
// the beginning, port 9, a multicast address, a link-local IPv6 one, or a host name to which the
// other side does not send. Not for hold or ICE, nor where audio goes to its author all the same.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_unusable_address {
namespace {

extern const Detector detector;

constexpr uint16_t kDiscard = 9;

// What is wrong with the address of the SDP, in words; empty when nothing is. `other_is_heard`: RTP
// of the SDP's author is in the capture.
std::string fault_of(const CallContext& context, const AudioSdp& audio_sdp, bool other_is_heard) {
  if (!audio_sdp.audio || !audio_sdp.usable || audio_sdp.ice || !audio_sdp.ice_ufrag.empty())
    return {};
  // Who says that it wants to receive nothing names no place to send to (RFC 3725 5.1).
  if (!audio_sdp.hold_address && !may_receive(audio_sdp.direction)) return {};
  if (!audio_sdp.address && !audio_sdp.hold_address)
    return other_is_heard ? "a host name as the address of its media" : std::string();
  if (audio_sdp.hold_address) {
    const auto& audio_sdps = context.audio.negotiation.audio_sdps;
    const bool only = std::all_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& other) {
      return other.author != audio_sdp.author || other.hold_address;
    });
    return only ? "0.0.0.0 from the beginning" : std::string();
  }
  const AddressScope scope = scope_of(audio_sdp.address->ip);
  if (scope == AddressScope::multicast)
    return to_string(audio_sdp.address->ip) + ", a multicast address";
  if (scope == AddressScope::link_local && audio_sdp.address->ip.family == 6) {
    const AudioSdp* peer = context.audio.negotiation.newest(opposite(audio_sdp.author));
    const bool both =
        peer != nullptr && peer->address && scope_of(peer->address->ip) == AddressScope::link_local;
    return both ? std::string()
                : to_string(audio_sdp.address->ip) +
                      ", a link-local address that ends at its own link";
  }
  return audio_sdp.address->port == kDiscard ? "port 9, where nobody listens" : std::string();
}

void check_party(CallContext& context, Party party, CallAnalysis* out) {
  const AudioDirection& towards = context.audio.direction(opposite(party));
  const AudioSdp* audio_sdp = context.audio.negotiation.newest(party);
  if (audio_sdp == nullptr || !towards.streams.empty()) return;
  const std::string fault =
      fault_of(context, *audio_sdp, !context.audio.direction(party).streams.empty());
  if (fault.empty()) return;
  Finding finding = finding_of(context, detector);
  finding.confidence = Confidence::likely;
  finding.message = audio_sdp->message;
  // The stream that audio-no-rtp-from-... would name, so that this finding replaces it.
  const AudioDirection& back = context.audio.direction(party);
  if (!back.streams.empty()) finding.stream = back.streams.front();
  finding.dialog = context.message(audio_sdp->message).dialog;
  finding.evidence = {context.message(audio_sdp->message).frame};
  finding.summary =
      fmt::format("the {}'s SDP names {} (frame {}): nobody can send to it", party_text(party),
                  fault, context.message(audio_sdp->message).frame);
  finding.explanation = "Neither hold nor ICE explains it, and no audio comes to that party.";
  finding.remedy = fmt::format(
      "Give the {} the address that its peers can reach (external media address, the interface of "
      "its media), and the port on which it listens.",
      party_text(party));
  finding.rfc = "RFC 8866 5.7";
  report(out, std::move(finding));
  if (!back.streams.empty()) conclude_unheard(out, party, detector.code);
}

void check(CallContext& context, CallAnalysis* out) {
  if (!context.audio.answered || context.audio.end_ns - context.audio.answer_ns < kShortTalkNs)
    return;
  check_party(context, Party::caller, out);
  check_party(context, Party::callee, out);
}

const Detector detector(
    "audio-unusable-address", Severity::error,
    "an SDP names an address or port to which nobody can send, without hold and "
    "without ICE",
    check,
    {.of_same = {"audio-no-rtp-from-caller", "audio-no-rtp-from-callee"},
     .is_root_of_audio = true});

}  // namespace
}  // namespace sipladder::audio_unusable_address
