// reg-storm: one client registers the same contact far more often than its expiry asks for.
#include <fmt/format.h>

#include "capture/time_units.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::reg_storm {
namespace {

extern const Detector detector;

constexpr uint32_t kMin = 10;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const Binding& binding : context.registrations.all()) {
    if (binding.refreshes < kMin || binding.expires_s.value_or(0) == 0) continue;
    const int64_t between = (binding.last_ns - binding.first_ns) / binding.refreshes;
    // Clients usually refresh at half of the granted time; a tenth of it is a storm.
    if (between >= int64_t{*binding.expires_s} * kSecondNs / 10 || between >= 30 * kSecondNs)
      continue;
    Finding finding = finding_of(detector);
    finding.call = binding.call;
    finding.message = binding.last_message;
    finding.evidence = {context.model.messages[binding.first_message].frame,
                        context.model.messages[binding.last_message].frame};
    finding.summary = fmt::format(
        "{} is registered {} times in {}, every {}, while each is granted for {} s", binding.aor,
        binding.refreshes + 1, seconds_text(binding.last_ns - binding.first_ns),
        seconds_text(between), *binding.expires_s);
    finding.explanation = "One client gives the registrar as much work as many would.";
    finding.remedy =
        "Look at the client: stop its restart loop, or have it send keep-alives (CRLF, OPTIONS) "
        "instead of REGISTER.";
    finding.rfc = "RFC 3261 10.2.4";
    report(out, std::move(finding));
  }
}

const Detector detector("reg-storm", Severity::warning,
                        "a contact is registered again and again, long before it expires", check,
                        {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::reg_storm
