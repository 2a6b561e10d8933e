// cap-dropped: packets were dropped while capturing, or this program did not keep them. What seems
// lost may never have been lost on the network. The kernel, the file or this program says so.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_dropped {
namespace {

extern const Detector detector;

// Reports what this program did not keep because of its own limits.
void check_own_limits(const CaptureContext& context, std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  if (const uint64_t lost = context.view.log().lost(); lost != 0) {
    finding.summary = fmt::format("{} {} not kept: there was no room for their bytes",
                                  counted(lost, "message"), was_or_were(lost));
    finding.explanation = "Calls can miss messages that were on the wire.";
    finding.remedy = "Give more room with --spool, or a disk with more space with TMPDIR.";
    report(out, finding);
  }
  if (const uint64_t calls = context.model.evicted.calls; calls != 0) {
    finding.severity = Severity::info;
    finding.summary = fmt::format("{}, the oldest, {} given up to stay within --memory and --spool",
                                  counted(calls, "call"), was_or_were(calls));
    finding.explanation = "They are in no list, and their findings are not told.";
    finding.remedy = "Give more with --memory or --spool, or split the capture by time.";
    report(out, finding);
  }
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  check_own_limits(context, out);
  for (const SourceInfo& info : context.model.captures) {
    if (info.dropped == 0) continue;
    Finding finding = finding_of(detector);
    finding.summary =
        fmt::format("{} of {} {} dropped while capturing {}", counted(info.dropped, "packet"),
                    info.packets + info.dropped, was_or_were(info.dropped), file_name(info.name));
    finding.explanation = "Losses and missing messages below may come from the capture itself.";
    finding.remedy = "Capture with a filter, a larger buffer (tcpdump -B), or to a faster disk.";
    finding.rfc = "pcapng isb_ifdrop";
    report(out, std::move(finding));
  }
}

const Detector detector("cap-dropped", Severity::warning,
                        "packets were dropped while capturing, or not kept for want of room",
                        check);

}  // namespace
}  // namespace sipladder::cap_dropped
