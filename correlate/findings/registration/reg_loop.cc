// reg-loop: a client gets five or more challenges and is never registered.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::reg_loop {
namespace {

extern const Detector detector;

constexpr uint32_t kMin = 5;

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const Binding& binding : context.registrations.all()) {
    if (binding.challenges < kMin || binding.granted_ns != 0) continue;
    Finding finding = finding_of(detector);
    finding.call = binding.call;
    finding.message = binding.last_message;
    finding.evidence = {context.model.messages[binding.first_message].frame,
                        context.model.messages[binding.last_message].frame};
    finding.summary = fmt::format("{} is challenged {} times and never registered", binding.aor,
                                  binding.challenges);
    finding.explanation =
        "The client does not answer the challenge, or answers it wrongly, and goes on.";
    finding.remedy = "Check user name, password and realm; some registrars block such a client.";
    finding.rfc = "RFC 3261 22.2";
    report(out, std::move(finding));
  }
}

const Detector detector("reg-loop", Severity::error, "REGISTER is challenged again and again",
                        check);

}  // namespace
}  // namespace sipladder::reg_loop
