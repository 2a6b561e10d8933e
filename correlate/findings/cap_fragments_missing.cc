// cap-fragments-missing: a BPF port filter hides all fragments but the first.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  const auto& oddities = context.model.oddities;
  const uint64_t evicted = oddities[static_cast<size_t>(Oddity::fragment_evicted)];
  if (evicted == 0) return;
  Finding finding = finding_of(detector);
  finding.summary =
      fmt::format("{} IP datagrams have fragments that are not in the capture", evicted);
  finding.explanation =
      "Only the first fragment has ports: a filter such as 'port 5060' drops the others.";
  finding.remedy = "Add: or (ip[6:2] & 0x1fff != 0) to the capture filter.";
  finding.rfc = "RFC 791 3.2";
  report(out, std::move(finding));
}

const Detector detector("cap-fragments-missing", Severity::warning,
                        "IP fragments whose other parts are not in the capture", check);

}  // namespace
}  // namespace sipladder
