// nat-hairpin: media of a private host goes to the public address of its own NAT.
#include <fmt/format.h>

#include <set>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_hairpin {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::set<std::pair<IpAddress, IpAddress>> own;  // a private host and its public address
  for (const auto& [end, nat] : context.nat.endpoints()) {
    if (nat.behind == true && is_private_scope(scope_of(end.ip)))
      own.insert({end.ip, nat.public_end.ip});
  }
  if (own.empty()) return;
  constexpr uint32_t kLeast = 20;  // packets
  std::set<std::pair<IpAddress, IpAddress>> told;
  for (const StreamId id : context.model.streams.ids()) {
    const StreamRecord& stream = context.model.streams[id];
    const std::pair way{context.model.endpoints[stream.src].ip,
                        context.model.endpoints[stream.dst].ip};
    if (stream.packets < kLeast || !own.contains(way) || !told.insert(way).second) continue;
    Finding finding = finding_of(detector);
    finding.stream = id;
    finding.evidence = {stream.first_frame};
    finding.summary = fmt::format("{} sends its RTP to {}, the public address of its own NAT",
                                  to_string(context.model.endpoints[stream.src]),
                                  to_string(context.model.endpoints[stream.dst]));
    finding.explanation =
        "Both parties are behind one NAT, and each sends to the public address of that NAT. Not "
        "every NAT sends such packets back in.";
    finding.remedy = "If one hears nothing: use ICE, or a relay.";
    finding.rfc = "RFC 4787 6";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-hairpin", Severity::info,
                        "media goes to the public address of the sender's own NAT", check);

}  // namespace
}  // namespace sipladder::nat_hairpin
