// sdp-version: the same origin and version must mean the same description (RFC 3264 8).
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

extern const Detector detector;

std::string without_origin(std::string_view body) {
  std::string rest;
  while (!body.empty()) {
    const std::string_view line = trim(cut(&body, '\n'));
    if (!line.starts_with("o=")) rest.append(line).append("\n");
  }
  return rest;
}

void check(CallContext& context, CallAnalysis* out) {
  struct Seen {
    EndpointId src;
    std::string origin, rest;
    uint32_t frame;
  };
  std::vector<Seen> seen;
  for (const SdpStand& stand : context.audio.negotiation.stands) {
    const MessageRecord& message = context.message(stand.message);
    if (!context.view.load(message)) continue;
    const std::string_view body = find_sdp(context.view.sip());
    Seen now{message.src, std::string(parse_sdp(body).origin), without_origin(body), message.frame};
    for (const Seen& before : seen) {
      if (before.src != now.src || before.origin != now.origin || before.rest == now.rest) continue;
      Finding finding = finding_of(context, detector);
      finding.message = stand.message;
      finding.evidence = {before.frame, now.frame};
      finding.summary = fmt::format(
          "the SDP in frame {} differs from that in frame {}, but its o= line is the same",
          now.frame, before.frame);
      finding.explanation =
          "A peer may take it for the description that it knows already, and miss the change.";
      finding.remedy = "The sender has to increase the version in o= with each change.";
      finding.rfc = "RFC 3264 8";
      return report(out, std::move(finding));
    }
    seen.push_back(std::move(now));
  }
}

const Detector detector("sdp-version", Severity::warning,
                        "an SDP changes while the version in its o= line stays", check);

}  // namespace
}  // namespace sipladder
