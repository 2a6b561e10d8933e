// cap-fragments-missing: IP fragments of SIP messages are not in the capture. A capture filter by
// port lets only the first fragment pass.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_fragments_missing {
namespace {

extern const Detector detector;

// Frames of UDP datagrams without their first fragment, between hosts that speak SIP over UDP with
// each other. Without the first fragment nothing else tells what they were.
std::vector<uint32_t> frames_of_headless(const Model& model) {
  std::vector<uint32_t> frames;
  if (model.headless_udp.empty()) return frames;
  std::set<std::pair<IpAddress, IpAddress>> pairs;
  for (const MessageId id : model.messages.ids()) {
    const MessageRecord& message = model.messages[id];
    if (message.transport != Transport::udp) continue;
    const IpAddress& src = model.endpoints[message.src].ip;
    const IpAddress& dst = model.endpoints[message.dst].ip;
    pairs.insert(std::minmax(src, dst));
  }
  for (const HeadlessUdp& datagram : model.headless_udp) {
    if (pairs.contains(std::minmax(datagram.src, datagram.dst))) frames.push_back(datagram.frame);
  }
  return frames;
}

// Only fragments of SIP messages are told; other protocols do not matter here.
void check(CaptureContext& context, std::vector<Finding>* out) {
  const auto& cut = context.model.incomplete_sip_fragments;
  const std::vector<uint32_t> headless = frames_of_headless(context.model);
  if (cut.empty() && headless.empty()) return;
  Finding finding = finding_of(detector);
  for (const IncompleteSip& message : cut) {
    if (finding.evidence.size() < 10) finding.evidence.push_back(message.frame);
  }
  for (const uint32_t frame : headless) {
    if (finding.evidence.size() < 10) finding.evidence.push_back(frame);
  }
  const size_t missing = cut.size() + headless.size();
  finding.summary = fmt::format("{} {} fragments that are not in the capture",
                                counted(missing, "IP datagram"), missing == 1 ? "has" : "have");
  finding.explanation =
      cut.empty() ? "Of these, between hosts that speak SIP, the first fragment is missing: SIP "
                    "messages that nobody can read."
                  : "Only the first fragment has ports: a filter such as 'port 5060' drops the "
                    "others.";
  finding.remedy = cut.empty() ? "Capture the whole datagrams, at a point where all fragments pass."
                               : "Add: or (ip[6:2] & 0x1fff != 0) to the capture filter.";
  finding.rfc = "RFC 791 3.2";
  report(out, std::move(finding));
}

const Detector detector("cap-fragments-missing", Severity::warning,
                        "IP fragments whose other parts are not in the capture", check);

}  // namespace
}  // namespace sipladder::cap_fragments_missing
