// reg-short: the registrar grants less than a minute.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::reg_short {
namespace {

extern const Detector detector;

constexpr uint32_t kShort = 60;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const Binding& binding : context.registrations.all()) {
    if (binding.granted_ns == 0 || binding.expires_s.value_or(kShort) >= kShort) continue;
    if (binding.state == BindingState::removed) continue;
    if (binding.listed) continue;  // it shows the time that is left, not the granted one
    Finding finding = finding_of(detector);
    finding.call = binding.call;
    finding.message = binding.last_message;
    finding.evidence = {context.model.messages[binding.last_message].frame};
    finding.summary = fmt::format("the binding of {} to {} is granted for {} s only", binding.aor,
                                  binding.contact, *binding.expires_s);
    finding.explanation =
        "When one refresh gets lost, no call reaches the phone until the next one.";
    finding.remedy =
        "Grant longer bindings on the registrar, and let the phone send keep-alives against NAT "
        "(RFC "
        "5626) in between.";
    finding.rfc = "RFC 3261 10.2.1.1";
    report(out, std::move(finding));
  }
}

const Detector detector("reg-short", Severity::info, "a binding is granted for less than a minute",
                        check);

}  // namespace
}  // namespace sipladder::reg_short
