// reg-third-party: From and To of a REGISTER name different users.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::reg_third_party {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const Binding& binding : context.registrations.all()) {
    if (!binding.third_party) continue;
    Finding finding = finding_of(detector);
    finding.call = context.model.messages[binding.third_party_message].call;
    finding.message = binding.third_party_message;
    finding.evidence = {context.model.messages[binding.third_party_message].frame};
    finding.summary = fmt::format("{} registers {}", binding.registrant, binding.aor);
    finding.explanation = "A third-party registration: allowed where the registrar allows it.";
    finding.remedy = "Nothing to do where this is intended.";
    finding.rfc = "RFC 3261 10.2";
    report(out, std::move(finding));
  }
}

const Detector detector("reg-third-party", Severity::info, "one user registers for another", check);

}  // namespace
}  // namespace sipladder::reg_third_party
