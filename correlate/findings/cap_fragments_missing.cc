// cap-fragments-missing: a BPF port filter hides all fragments but the first.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  const auto& oddities = context.model.oddities;
  // At the end of a capture any other protocol's fragments may be incomplete; a cut SIP message
  // matters.
  const auto& cut = context.model.incomplete_sip_fragments;
  const uint64_t given_up =
      std::max<uint64_t>(oddities[static_cast<size_t>(Oddity::fragment_evicted)], cut.size());
  if (given_up == 0) return;
  Finding finding = finding_of(detector);
  for (const IncompleteSip& message : cut) {
    if (finding.evidence.size() < 10) finding.evidence.push_back(message.frame);
  }
  finding.summary =
      fmt::format("{} IP datagrams have fragments that are not in the capture", given_up);
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
