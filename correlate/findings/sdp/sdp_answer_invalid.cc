// sdp-answer-invalid: an answer says what its offer does not allow (RFC 3264 6).
#include <fmt/format.h>

#include <optional>

#include "correlate/findings/shared/support.h"
#include "correlate/session/sdp_hop.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder::sdp_answer_invalid {
namespace {

extern const Detector detector;

std::string broken_rule(const AudioSdp& offer, const AudioSdp& answer) {
  if (offer.lines.size() != answer.lines.size()) {
    return fmt::format("has {} media lines, the offer has {}", answer.lines.size(),
                       offer.lines.size());
  }
  for (size_t i = 0; i < offer.lines.size(); i++) {
    const std::string& asked = offer.lines[i].media;
    const std::string& given = answer.lines[i].media;
    // A refused line (port 0) opens no media, so its name does not matter.
    if (!answer.lines[i].open || equal_no_case(asked, given)) continue;
    return fmt::format("has {} in media line {}, the offer has {} there", given, i + 1, asked);
  }
  if (!offer.usable || !answer.usable || offer.hold_address || answer.hold_address) return {};
  const bool receives = may_receive(answer.direction) && !may_send(offer.direction);
  const bool sends = may_send(answer.direction) && !may_receive(offer.direction);
  if (!receives && !sends) return {};
  return fmt::format("says {} to an offer of {}", to_string(answer.direction),
                     to_string(offer.direction));
}

// A payload number by which the answer means a codec that the offer has under another number, while
// the offer means another codec by this number (RFC 3264 6.1).
std::optional<uint8_t> remapped_type(const AudioSdp& offer, const AudioSdp& answer) {
  for (const MappedType& given : answer.mapped) {
    bool moved = false, taken = false;
    for (const MappedType& asked : offer.mapped) {
      moved = moved || (asked.codec == given.codec && asked.number != given.number);
      taken = taken || (asked.number == given.number && asked.codec != given.codec);
    }
    if (moved && taken) return given.number;
  }
  return std::nullopt;
}

std::string name_of_type(CallContext& context, const AudioSdp& audio_sdp, uint8_t type) {
  if (!context.view.load(context.message(audio_sdp.message))) return {};
  const Sdp sdp = parse_sdp(find_sdp(context.view.sip()));
  if (audio_sdp.mline >= sdp.media.size()) return {};
  for (const SdpFormat& format : sdp.media[audio_sdp.mline].formats) {
    if (format.payload == std::to_string(type)) return codec_name(format);
  }
  return {};
}

void check_types(CallContext& context, CallAnalysis* out) {
  for (const OfferAnswer& pair : context.audio.negotiation.pairs) {
    const AudioSdp& offer = context.audio.negotiation.audio_sdps[pair.offer];
    const AudioSdp& answer = context.audio.negotiation.audio_sdps[pair.answer];
    if (!offer.usable || !answer.usable) continue;
    const std::optional<uint8_t> type = remapped_type(offer, answer);
    if (!type) continue;
    Finding finding = finding_of(context, detector);
    finding.message = answer.message;
    finding.evidence = {context.message(offer.message).frame,
                        context.message(answer.message).frame};
    finding.summary = fmt::format(
        "the answer in frame {} means {} by payload type {}, by which the offer (frame {}) means "
        "{}",
        finding.evidence[1], name_of_type(context, answer, *type), *type, finding.evidence[0],
        name_of_type(context, offer, *type));
    finding.explanation =
        "An answer should keep the offer's number for each codec. Where one number means two "
        "things, one side sends what the other one does not understand: digits are lost, or audio.";
    finding.remedy =
        "Correct the answering side, or the device that rewrote its SDP; ladder --sdp "
        "shows the numbers of both.";
    finding.rfc = "RFC 3264 6.1";
    return report(out, std::move(finding));
  }
}

// Reports DTLS roles that clash. Not where media is in the capture, nor where the closed path is
// told, which names the clash itself.
void check_roles(CallContext& context, CallAnalysis* out) {
  const AudioFacts& audio = context.audio;
  const bool told = audio.closed_path && audio.closed_path->roles;
  if (told || !audio.from_caller.streams.empty() || !audio.from_callee.streams.empty()) return;
  const auto clash = clash_of_roles(context.model, audio.negotiation);
  if (!clash) return;
  const AudioSdp& offer = audio.negotiation.audio_sdps[clash->offer];
  const AudioSdp& answer = audio.negotiation.audio_sdps[clash->answer];
  Finding finding = finding_of(context, detector);
  finding.message = answer.message;
  finding.evidence = {context.message(offer.message).frame, context.message(answer.message).frame};
  finding.summary = fmt::format("the answer in frame {} says a=setup:{} to an offer of a=setup:{}",
                                finding.evidence[1], answer.setup, offer.setup);
  finding.explanation =
      "One side must be active and the other passive, or no DTLS handshake begins.";
  finding.remedy =
      "Capture at the side that answers. If its SDP is right there, the SBC or proxy in between "
      "rewrote it; if not, report it to the vendor.";
  finding.rfc = "RFC 8842 5.3";
  report(out, std::move(finding));
}

void check_answers(CallContext& context, CallAnalysis* out) {
  for (const OfferAnswer& pair : context.audio.negotiation.pairs) {
    const AudioSdp& offer = context.audio.negotiation.audio_sdps[pair.offer];
    const AudioSdp& answer = context.audio.negotiation.audio_sdps[pair.answer];
    const std::string what = broken_rule(offer, answer);
    if (what.empty()) continue;
    Finding finding = finding_of(context, detector);
    finding.message = answer.message;
    finding.evidence = {context.message(offer.message).frame,
                        context.message(answer.message).frame};
    if (audio_verdict(context.audio) == Audio::two_way) finding.severity = Severity::info;
    finding.summary = fmt::format("the answer in frame {} {}", finding.evidence[1], what);
    finding.explanation = "The offerer may ignore or misread such an answer.";
    finding.remedy =
        "Capture at the side that answers. If its SDP is right there, the SBC or proxy in between "
        "rewrote it; if not, report it to the vendor.";
    finding.rfc = "RFC 3264 6";
    return report(out, std::move(finding));
  }
}

void check(CallContext& context, CallAnalysis* out) {
  check_answers(context, out);
  check_types(context, out);
  check_roles(context, out);
}

const Detector detector("sdp-answer-invalid", Severity::warning,
                        "an answer breaks RFC 3264: number or order of media lines, a payload "
                        "number that means another "
                        "codec, or a direction or a role of DTLS that contradicts the offer (info "
                        "where both hear each other all the same)",
                        check);

}  // namespace
}  // namespace sipladder::sdp_answer_invalid
