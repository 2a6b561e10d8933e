// cap-snaplen: bodies and headers are missing.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const SourceInfo& info : context.model.captures) {
    if (info.truncated == 0) continue;
    Finding finding = finding_of(detector);
    finding.summary = fmt::format("{} of {} packets in {} were cut by the snap length",
                                  info.truncated, info.packets, info.name);
    finding.explanation = "The ends of messages, often the SDP, are not in the capture.";
    finding.remedy = "Capture with tcpdump -s 0.";
    finding.rfc = "pcap snaplen";
    report(out, std::move(finding));
  }
}

const Detector detector("cap-snaplen", Severity::warning, "packets were cut by the snap length",
                        check);

}  // namespace
}  // namespace sipladder
