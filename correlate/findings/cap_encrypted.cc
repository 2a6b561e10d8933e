// cap-encrypted: signalling may be hidden in it.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder::cap_encrypted {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  const uint64_t packets = context.model.accounting.fates[static_cast<size_t>(Fate::tls)];
  if (packets == 0) return;
  Finding finding = finding_of(detector);
  finding.summary = fmt::format("{} packets are TLS: signalling in them cannot be read", packets);
  finding.explanation = "Calls whose signalling is encrypted are not listed.";
  finding.remedy = "Capture behind the TLS end point, or keep the session keys (SSLKEYLOGFILE).";
  finding.rfc = "RFC 8446 5.2";
  report(out, std::move(finding));
}

const Detector detector("cap-encrypted", Severity::info, "TLS passes here and cannot be read",
                        check);

}  // namespace
}  // namespace sipladder::cap_encrypted
