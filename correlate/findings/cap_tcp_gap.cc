// cap-tcp-gap: messages in the gap are not listed.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  const uint64_t gaps = context.model.oddities[static_cast<size_t>(Oddity::tcp_gap)];
  if (gaps == 0 || context.model.accounting.sip_messages == 0) return;
  Finding finding = finding_of(detector);
  finding.summary = fmt::format("{} gaps in TCP streams: messages are missing there", gaps);
  finding.explanation =
      "Segments were not captured; the next message after the gap is found again.";
  finding.remedy = "Look at the drops of the capture, and at both ways that the packets can take.";
  finding.rfc = "RFC 9293 3.4";
  report(out, std::move(finding));
}

const Detector detector("cap-tcp-gap", Severity::warning,
                        "bytes are missing in TCP streams that carry SIP", check);

}  // namespace
}  // namespace sipladder
