// cap-undecoded: 1 % of the packets or more could not be decoded.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_undecoded {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  static constexpr Fate kReasons[] = {
      Fate::link_unsupported, Fate::link_truncated, Fate::ip_malformed,
      Fate::ip_truncated,     Fate::udp_malformed,  Fate::tcp_malformed,
      Fate::sctp_malformed,   Fate::depth_exceeded, Fate::fragment_dropped};
  uint64_t all = 0;
  std::string reasons;
  for (const Fate fate : kReasons) {
    const uint64_t packets = context.model.accounting.fates[static_cast<size_t>(fate)];
    if (packets == 0) continue;
    all += packets;
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ", packets, sentence_of(fate));
  }
  if (all == 0 || all * 100 < context.model.accounting.packets) return;
  Finding finding = finding_of(detector);
  finding.summary = fmt::format("{} of {} could not be decoded: {}", all,
                                counted(context.model.accounting.packets, "packet"), reasons);
  finding.explanation = "What they carried is not known.";
  finding.remedy =
      "See which packets they are: sipladder stats. A tunnel or link type that is missing can be "
      "reported with a small capture.";
  finding.rfc = "pcap";
  report(out, std::move(finding));
}

const Detector detector("cap-undecoded", Severity::info,
                        "packets that could not be decoded, by reason", check);

}  // namespace
}  // namespace sipladder::cap_undecoded
