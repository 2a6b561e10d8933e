// reg-expired: a binding was granted, and not refreshed within its time and a tenth of that, or
// refreshed too late. Not when the capture ends before. A text log can lack the refresh, so there
// it is an info.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::reg_expired {
namespace {

extern const Detector detector;

void tell(const Binding& binding, MessageId proof, std::string what, const CaptureContext& context,
          std::vector<Finding>* out) {
  Finding finding = finding_of(detector);
  finding.call = binding.call;
  finding.message = proof;
  const MessageRecord& message = context.model.messages[proof];
  if (message.logged) {
    finding.severity = Severity::info;
    finding.confidence = Confidence::possible;
  }
  finding.evidence = {message.frame};
  finding.summary = fmt::format("the binding of {} to {} was granted for {} s and {}", binding.aor,
                                binding.contact, binding.expires_s.value_or(0), what);
  finding.explanation = "After that the registrar forgets the contact: no call gets there.";
  finding.remedy =
      "Check that the phone is on and has network. If it is, capture at the phone: a REGISTER that "
      "leaves it and does not come here is lost on the way.";
  finding.rfc = "RFC 3261 10.2.4";
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  constexpr int64_t kLeastNs = 5'000'000'000;  // a shorter lapse is a refresh on its way
  for (const Binding& binding : context.registrations.all()) {
    if (binding.listed) continue;  // its REGISTERs need not pass here
    const int64_t granted = int64_t{binding.expires_s.value_or(0)} * 1'000'000'000;
    const int64_t end = binding.granted_ns + granted;
    const bool expired = context.registrations.state_of(binding) == BindingState::expired;
    if (expired && context.registrations.watched_until(binding) >= end + granted / 10) {
      tell(binding, binding.last_message, "not refreshed", context, out);
    } else if (binding.lapse_ns > std::max(granted / 10, kLeastNs)) {
      tell(binding, binding.lapse_message,
           fmt::format("refreshed {} too late", seconds_text(binding.lapse_ns)), context, out);
    }
  }
}

const Detector detector("reg-expired", Severity::warning,
                        "a binding ran out while the capture went on, or before it was refreshed "
                        "(info in a log)",
                        check);

}  // namespace
}  // namespace sipladder::reg_expired
