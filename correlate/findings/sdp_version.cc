// sdp-version: the same origin and version must mean the same description (RFC 3264 8).
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  const std::vector<SdpStand>& stands = context.audio.negotiation.stands;
  for (size_t i = 1; i < stands.size(); i++) {
    const SdpStand& now = stands[i];
    const EndpointId src = context.message(now.message).src;
    for (size_t j = 0; j < i; j++) {
      const SdpStand& before = stands[j];
      if (context.message(before.message).src != src || before.origin != now.origin ||
          before.rest_hash == now.rest_hash)
        continue;
      Finding finding = finding_of(context, detector);
      finding.message = now.message;
      finding.evidence = {context.message(before.message).frame,
                          context.message(now.message).frame};
      finding.summary = fmt::format(
          "the SDP in frame {} differs from that in frame {}, but its o= line is the same",
          finding.evidence[1], finding.evidence[0]);
      finding.explanation =
          "A peer may take it for the description that it knows already, and miss the change.";
      finding.remedy = "The sender has to increase the version in o= with each change.";
      finding.rfc = "RFC 3264 8";
      return report(out, std::move(finding));
    }
  }
}

const Detector detector("sdp-version", Severity::warning,
                        "an SDP changes while the version in its o= line stays", check);

}  // namespace
}  // namespace sipladder
