// audio-fmtp-mismatch: both sides agree on a codec, with parameters that cannot work together. Not
// where the packets show that both use the same, nor where another payload type of it fits.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::audio_fmtp_mismatch {
namespace {

extern const Detector detector;

// A parameter that both ends must have alike, and what its absence means.
struct Parameter {
  std::string_view encoding;
  std::string_view name;
  std::string_view absent;
  std::string_view rfc;
};
constexpr Parameter kParameters[] = {
    {"AMR", "octet-align", "0", "RFC 4867 8.1"},
    {"AMR-WB", "octet-align", "0", "RFC 4867 8.2"},
    {"iLBC", "mode", "30", "RFC 3952 5"},
    {"G7221", "bitrate", "", "RFC 5577 6.1"},
    {"SIREN", "bitrate", "", "RFC 5577 6.1"},
    {"H264", "packetization-mode", "0", "RFC 6184 8.2.2"},
};

std::string value_of(const SdpFormat& format, const Parameter& parameter) {
  return std::string(param(format.fmtp, parameter.name).value_or(parameter.absent));
}

struct Clash {
  const Parameter* parameter = nullptr;
  std::string payload, offered, answered;
};

// The clash of the codec that the answer lists first with the offer. None when any payload type of
// the offer has the same codec and the same value.
std::optional<Clash> clash_of(const SdpMedia& offer, const SdpMedia& answer) {
  for (const Parameter& parameter : kParameters) {
    if (answer.formats.empty() ||
        !equal_no_case(answer.formats.front().encoding, parameter.encoding))
      continue;
    const SdpFormat& chosen = answer.formats.front();
    std::optional<Clash> clash;
    for (const SdpFormat& format : offer.formats) {
      if (!equal_no_case(format.encoding, parameter.encoding)) continue;
      const std::string offered = value_of(format, parameter);
      const std::string answered = value_of(chosen, parameter);
      if (offered == answered || offered.empty() || answered.empty()) return std::nullopt;
      if (!clash || format.payload == chosen.payload)
        clash = Clash{&parameter, std::string(chosen.payload), offered, answered};
    }
    return clash;
  }
  return std::nullopt;
}

// iLBC: all packets hold whole frames of 30 ms (50 bytes), so both settled on mode 30
// (RFC 3952 5).
bool settled_on_30(const CallContext& context) {
  constexpr uint64_t kFrame = 50;
  const auto all_30 = [&](const AudioDirection& direction) {
    return !direction.streams.empty() &&
           std::all_of(direction.streams.begin(), direction.streams.end(), [&](StreamId id) {
             return context.model.streams[id].newest_bytes % kFrame == 0;
           });
  };
  return all_30(context.audio.from_caller) && all_30(context.audio.from_callee);
}

// The telephone-event of the answer; null when one of them has the clock of the first codec. Events
// and audio share one stream of timestamps, so they need one clock.
const SdpFormat* event_of_other_clock(const SdpMedia& answer) {
  const SdpFormat* event = nullptr;
  for (const SdpFormat& format : answer.formats) {
    if (!equal_no_case(format.encoding, "telephone-event")) continue;
    if (format.clock_hz == answer.formats.front().clock_hz) return nullptr;
    if (event == nullptr) event = &format;
  }
  return event == &answer.formats.front() ? nullptr : event;
}

// Most receivers read such digits right all the same, so it is a warning only where digits are
// sent.
void check_events(CallContext& context, const SdpMedia& answer, const AudioSdp& audio_sdp,
                  CallAnalysis* out) {
  if (answer.formats.empty() || answer.formats.front().clock_hz == 0) return;
  const SdpFormat* event = event_of_other_clock(answer);
  if (event == nullptr || event->clock_hz == 0) return;
  const bool sent = std::any_of(context.streams.begin(), context.streams.end(),
                                [&](StreamId id) { return context.model.dtmf.contains(id.value); });
  Finding finding = finding_of(context, detector);
  finding.severity = sent ? Severity::warning : Severity::info;
  finding.confidence = Confidence::possible;
  finding.message = audio_sdp.message;
  finding.evidence = {context.message(audio_sdp.message).frame};
  finding.summary = fmt::format(
      "{}/{} is agreed with telephone-event/{} (frame {}), whose clock is another one; {}",
      answer.formats.front().encoding, answer.formats.front().clock_hz, event->clock_hz,
      finding.evidence[0], sent ? "digits are sent so" : "no digit is sent here");
  finding.explanation =
      "Digits share the timestamps of the audio. By another clock a receiver can take one digit "
      "for two, or miss it.";
  finding.remedy = fmt::format(
      "If digits are not recognised, switch on telephone-event/{} on both sides, or choose a codec "
      "of 8000 Hz (PCMU, PCMA).",
      answer.formats.front().clock_hz);
  finding.rfc = "RFC 4733 2.1";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  const Negotiation& negotiation = context.audio.negotiation;
  if (!context.audio.answered || negotiation.pairs.empty()) return;
  const OfferAnswer& pair = negotiation.pairs.back();
  const AudioSdp& offer = negotiation.audio_sdps[pair.offer];
  const AudioSdp& answer = negotiation.audio_sdps[pair.answer];
  if (!context.view.load(context.message(offer.message))) return;
  const std::string offered(find_sdp(context.view.sip()));
  if (!context.view.load(context.message(answer.message))) return;
  const std::string answered(find_sdp(context.view.sip()));
  const Sdp a = parse_sdp(offered), b = parse_sdp(answered);
  for (size_t line = 0; line < std::min(a.media.size(), b.media.size()); line++) {
    if (b.media[line].port == 0) continue;
    if (line == answer.mline) check_events(context, b.media[line], answer, out);
    const auto clash = clash_of(a.media[line], b.media[line]);
    if (!clash) continue;
    if (clash->parameter->name == "mode" && settled_on_30(context)) continue;
    Finding finding = finding_of(context, detector);
    finding.confidence = Confidence::likely;
    finding.message = answer.message;
    finding.dialog = context.message(answer.message).dialog;
    finding.evidence = {context.message(offer.message).frame,
                        context.message(answer.message).frame};
    finding.summary = fmt::format(
        "{} with {}={} in the offer (frame {}) and {}={} in the answer (frame {}): neither can "
        "read "
        "what the other one sends",
        clash->parameter->encoding, clash->parameter->name, clash->offered, finding.evidence[0],
        clash->parameter->name, clash->answered, finding.evidence[1]);
    finding.explanation =
        "The codec is the same by name, and the packets are not: this parameter says how they are "
        "laid out, and both sides must have it alike.";
    finding.remedy = "Set it alike on both sides, or offer the codec twice, with both values.";
    finding.rfc = clash->parameter->rfc;
    return report(out, std::move(finding));
  }
}

const Detector detector("audio-fmtp-mismatch", Severity::error,
                        "a codec was agreed with parameters that cannot work together (of the "
                        "clock of telephone-events: warning when digits are sent, else info)",
                        check);

}  // namespace
}  // namespace sipladder::audio_fmtp_mismatch
