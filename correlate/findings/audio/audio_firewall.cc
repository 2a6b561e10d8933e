// audio-firewall: captures from both sides of a box show that RTP goes in and does not come out.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_firewall {
namespace {

void add_advice(Finding* finding) {
  finding->remedy =
      "On the NAT or firewall between the two capture points, allow the UDP ports of the media in "
      "this direction, and raise its UDP session timeout.";
  finding->rfc = "RFC 4787 5";
}

// Here the receiver's RTCP takes the place of a second capture point.
void describe_reports(CallContext& context, const AudioDirection& direction, uint32_t reports,
                      Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const uint32_t passed = stream.packets - stream.stuck_packets;
  finding->confidence = Confidence::likely;
  finding->summary = fmt::format(
      "{}: {} from {} to {} {} here in the {} in which {} of the receiver (RTCP) {} that nothing "
      "new "
      "came",
      hears_nothing(context, direction), counted(passed, "packet"),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
      passed == 1 ? "passes" : "pass", seconds_text(stream.stuck_ns - stream.reported_ns),
      counted(reports, "report"), reports == 1 ? "says" : "say");
  finding->explanation =
      "The highest number received stays as it is, with all packets lost (RFC 3550 6.4.1): they "
      "are "
      "lost between this point and the receiver.";
  add_advice(finding);
}

// The capture was taken on the box itself.
void describe_router(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  finding->summary = fmt::format(
      "{} hears nothing: {} from {} to {} come in at the router that captured them and do not go "
      "out, while the other direction does",
      other_party(direction.from), counted(stream.packets_once(), "packet"),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst));
  finding->explanation =
      "The capture says of each packet whether it came in or went out (Linux cooked capture, "
      "device any). The other direction is there both ways, and other packets went out to the "
      "receiver.";
  finding->remedy =
      "On the host of the capture, look at the rules for forwarded UDP (iptables or nft, chain "
      "forward) and at the route to the receiver.";
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const std::string_view listener = other_party(direction.from);
  const auto proof = direction.verdict.proven<BoxProof>();
  if (proof.by == BoxProof::By::reports)
    return describe_reports(context, direction, proof.reports, finding);
  if (proof.by == BoxProof::By::router) return describe_router(context, direction, finding);
  if (direction.verdict.lost_from_ns != 0) {
    finding->summary = fmt::format(
        "{}: the RTP from {} to {} goes on into the box between the two capture points, and does "
        "not come out any more",
        hears_nothing(context, direction), endpoint_text(context, stream.src),
        endpoint_text(context, stream.dst));
    finding->explanation = "It was captured on both sides until then; now only where it enters.";
    add_advice(finding);
    return;
  }
  finding->summary = fmt::format(
      "{} hears nothing: {} from {} to {} {}", listener, counted(stream.packets_once(), "packet"),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
      proof.by == BoxProof::By::receivers_point
          ? fmt::format("pass one capture point, and none of them comes to the other, where the "
                        "{}'s own audio passes",
                        listener)
          : fmt::format(
                "go into the box between the two capture points and do not come out, "
                "while {} passes it",
                proof.by == BoxProof::By::sip ? "SIP of the same host" : "the other direction"));
  finding->explanation =
      proof.by == BoxProof::By::receivers_point
          ? "What lies between the two capture points, a NAT, a firewall or a media relay, does "
            "not pass this direction on."
      : proof.by == BoxProof::By::sip
          ? "The same request is captured on both sides, with another address behind the box; the "
            "audio only where it enters."
          : "The other direction is captured on both sides; this one only where it enters.";
  add_advice(finding);
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::firewall, detector, out, describe);
}
const Detector detector("audio-firewall", Severity::error,
                        "RTP of a direction enters one capture point and never leaves the other",
                        check);

}  // namespace
}  // namespace sipladder::audio_firewall
