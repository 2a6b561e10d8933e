// cap-dropped: what is missing may never have been lost on the network.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::cap_dropped {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const SourceInfo& info : context.model.captures) {
    if (info.dropped == 0) continue;
    Finding finding = finding_of(detector);
    finding.summary =
        fmt::format("{} of {} {} dropped while capturing {}", counted(info.dropped, "packet"),
                    info.packets + info.dropped, was_or_were(info.dropped), info.name);
    finding.explanation = "Losses and missing messages below may come from the capture itself.";
    finding.remedy = "Capture with a filter, a larger buffer (tcpdump -B), or to a faster disk.";
    finding.rfc = "pcapng isb_ifdrop";
    report(out, std::move(finding));
  }
}

const Detector detector("cap-dropped", Severity::warning,
                        "the kernel or the file says that packets were dropped", check);

}  // namespace
}  // namespace sipladder::cap_dropped
