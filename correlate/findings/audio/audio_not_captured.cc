// audio-not-captured: a call was answered, and its media is not in the capture, so nothing can be
// said about what was heard. Not for talks under 2 s. For a capture without any media it is told
// once, not call by call.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_not_captured {
namespace {

extern const Detector detector;

// The capture has RTP, or ICE or DTLS that opens a path for it.
bool shows_media(const Model& model) {
  return model.streams.size() != 0 || !model.ice_checks.empty() || !model.handshakes.empty();
}

// The media may be inside TURN over TCP (RFC 8656 2.1), which this program does not decode.
bool may_hide_in_tcp(const Model& model) {
  constexpr uint64_t kFew = 100;
  return model.accounting.fates[static_cast<size_t>(Fate::tcp_other)] >= kFew;
}
std::string where_it_is(const Model& model) {
  std::string text =
      "The media takes another path than the signalling, or a capture filter left it out";
  if (may_hide_in_tcp(model)) {
    text += fmt::format(
        ", or it is inside TURN over TCP, which is not looked into: the capture holds {} that "
        "carry no SIP",
        counted(model.accounting.fates[static_cast<size_t>(Fate::tcp_other)], "TCP segment"));
  }
  return text + ".";
}

// Reports a direction that takes another path, and of which RTCP says that it arrives.
void check_reported(CallContext& context, const AudioDirection& direction, CallAnalysis* out) {
  if (direction.reported_frame == 0) return;
  Finding finding = finding_of(context, detector);
  finding.evidence.push_back(direction.reported_frame);
  finding.summary = fmt::format(
      "no RTP from the {} is here, but the {} reports that it gets it (RTCP, frame {})",
      party_text(direction.from), other_party(direction.from), direction.reported_frame);
  finding.explanation =
      "This direction takes another path than the other one, or a capture filter left it out.";
  finding.remedy =
      "Capture again where the media passes (at the phone or the media relay), without a port "
      "filter: tcpdump -s 0 udp.";
  finding.rfc = "RFC 3550 6.4.1";
  report(out, std::move(finding));
}

void check(CallContext& context, CallAnalysis* out) {
  check_reported(context, context.audio.from_caller, out);
  check_reported(context, context.audio.from_callee, out);
  if (!shows_media(context.model) || audio_verdict(context.audio) != Audio::not_captured) return;
  if (context.audio.end_ns - context.audio.answer_ns < kShortTalkNs) return;
  Finding finding = finding_of(context, detector);
  finding.message = context.call.first_message;
  finding.evidence.push_back(context.message(context.call.first_message).frame);
  finding.summary = fmt::format("the call was answered and lasted {}, but {} of its media is here",
                                seconds_text(context.audio.end_ns - context.audio.answer_ns),
                                context.streams.empty() ? "none" : "only a moment");
  finding.explanation = where_it_is(context.model);
  finding.remedy =
      "Capture again where the media passes (at the phone or the media relay), without a port "
      "filter: tcpdump -s 0 udp.";
  finding.rfc = "RFC 3264 5.1";
  report(out, std::move(finding));
}

void check_capture(CaptureContext& context, std::vector<Finding>* out) {
  if (shows_media(context.model)) return;
  uint32_t calls = 0;
  for (const CallId id : context.model.calls.ids()) {
    const CallRecord& call = context.model.calls[id];
    if (call.answer_ns != 0 && call.sdp.may_have_audio()) calls++;
  }
  if (calls == 0) return;
  Finding finding = finding_of(detector);
  finding.summary =
      fmt::format("{} {} answered, and the capture holds no media {}", counted(calls, "call"),
                  was_or_were(calls), may_hide_in_tcp(context.model) ? "over UDP" : "at all");
  finding.explanation = where_it_is(context.model);
  finding.remedy =
      "Capture again where the media passes (at the phone or the media relay), without a port "
      "filter: tcpdump -s 0 udp.";
  finding.rfc = "RFC 3264 5.1";
  report(out, std::move(finding));
}

const Detector detector("audio-not-captured", Severity::info,
                        "answered, yet the capture holds none of its media", check, check_capture);

}  // namespace
}  // namespace sipladder::audio_not_captured
