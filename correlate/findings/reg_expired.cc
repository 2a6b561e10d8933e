// reg-expired: granted, not refreshed, and past its time by a tenth. Not when the capture ends
// before.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const Binding& binding : context.registrations.all()) {
    if (binding.listed) continue;  // its REGISTERs need not pass here
    if (context.registrations.state_of(binding) != BindingState::expired) continue;
    const int64_t granted = int64_t{binding.expires_s.value_or(0)} * 1'000'000'000;
    const int64_t end = binding.granted_ns + granted;
    if (context.model.now_ns < end + granted / 10) continue;
    Finding finding = finding_of(detector);
    finding.call = binding.call;
    finding.message = binding.last_message;
    finding.evidence = {context.model.messages[binding.last_message].frame};
    finding.summary = fmt::format("the binding of {} to {} was granted for {} s and not refreshed",
                                  binding.aor, binding.contact, *binding.expires_s);
    finding.explanation = "After that the registrar forgets the contact: no call gets there.";
    finding.remedy = "See whether the phone is off, or its REGISTER is lost on the way.";
    finding.rfc = "RFC 3261 10.2.4";
    report(out, std::move(finding));
  }
}

const Detector detector("reg-expired", Severity::warning,
                        "a binding ran out while the capture went on", check);

}  // namespace
}  // namespace sipladder
