// audio-icmp-unreachable: routers or hosts reject the media with ICMP while the call lasts. Not for
// fewer than three errors, those at start-up only, or those after the BYE.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_icmp_unreachable {
namespace {

const IcmpErrorRecord* error_at(const Model& model, const StreamRecord& stream, uint32_t frame) {
  for (const uint32_t place : icmp_errors_between(model, stream.src, stream.dst)) {
    if (model.icmp_errors[place].frame == frame) return &model.icmp_errors[place];
  }
  return nullptr;
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const std::vector<uint32_t> frames = direction.verdict.proven<RejectionProof>().frames;
  const IcmpErrorRecord* error =
      frames.empty() ? nullptr : error_at(context.model, stream, frames.front());
  const bool host_itself = error != nullptr && direction.verdict.lost_from_ns != 0 &&
                           error->from == context.model.endpoints[stream.dst].ip;
  finding->summary = fmt::format(
      "{}: {} rejects the RTP from {} to {} with ICMP type {} code {}, {} for {}",
      hears_nothing(context, direction), error == nullptr ? "a router" : to_string(error->from),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
      error == nullptr ? 3 : error->type, error == nullptr ? 0 : error->code,
      times_text(frames.size()), counted(stream.packets_once(), "packet"));
  finding->explanation =
      host_itself
          ? "The host answers itself that nobody listens there any more: its program has ended, "
            "and sends nothing either (RFC 792, RFC 4443)."
          : "The error quotes packets of this stream: whoever sent it tells that they are not "
            "delivered "
            "(RFC 792, RFC 4443).";
  finding->remedy =
      host_itself
          ? "Look at that host: did the program end the call (a BYE that never came here: compare "
            "where its Record-Route and Contact send it), or did it crash?"
          : "Open the media ports on the device that answers, or correct the address or port that "
            "the SDP names.";
  finding->rfc = "RFC 792";
  for (size_t i = 0; i < frames.size() && i < kShownFrames; i++)
    finding->evidence.push_back(frames[i]);
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::icmp_unreachable, detector, out, describe);
}

// Streams of a capture without SIP. When their talk ended is not known, so the errors must go on to
// the end of the stream.
void check_capture(CaptureContext& context, std::vector<Finding>* out) {
  constexpr size_t kMinErrors = 3;
  const Model& model = context.model;
  if (model.accounting.sip_messages != 0) return;
  std::map<std::pair<EndpointId, EndpointId>, std::vector<const IcmpErrorRecord*>> by_path;
  for (const IcmpErrorRecord& error : model.icmp_errors)
    by_path[{error.src, error.dst}].push_back(&error);
  for (const StreamId id : model.streams.ids()) {
    const StreamRecord& stream = model.streams[id];
    const auto found = by_path.find({stream.src, stream.dst});
    if (!is_rtp_by_progress(stream) || found == by_path.end()) continue;
    const auto& errors = found->second;
    const int64_t left_ns = stream.last_ns - errors.back()->time_ns;
    if (errors.size() < kMinErrors || left_ns > 2'000'000'000) continue;
    Finding finding = finding_of(detector);
    finding.stream = id;
    finding.evidence.push_back(stream.first_frame);
    for (size_t i = 0; i < errors.size() && i < kShownFrames; i++)
      finding.evidence.push_back(errors[i]->frame);
    finding.summary = fmt::format(
        "{} rejects the RTP from {} to {} with ICMP type {} code {}, {} times for {} packets",
        to_string(errors.front()->from), to_string(model.endpoints[stream.src]),
        to_string(model.endpoints[stream.dst]), errors.front()->type, errors.front()->code,
        errors.size(), stream.packets_once());
    finding.explanation =
        "The error quotes packets of this stream: they are not delivered (RFC 792, RFC 4443). The "
        "SIP of the call is not here, so whether it still lasted is not known.";
    finding.remedy =
        "Open the media ports on the device that answers, or correct the address or port to which "
        "the media is sent.";
    finding.confidence = Confidence::likely;
    finding.rfc = "RFC 792";
    report(out, std::move(finding));
  }
}
const Detector detector("audio-icmp-unreachable", Severity::error,
                        "ICMP unreachable errors quote the media of the call while it lasts", check,
                        check_capture);

}  // namespace
}  // namespace sipladder::audio_icmp_unreachable
