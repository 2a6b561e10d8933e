// nat-type: how the NAT in front of an endpoint maps and filters, as STUN or SIP proves it.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_type {
namespace {

extern const Detector detector;

std::string kind_text(const EndpointNat& nat) {
  if (nat.type == NatType::open) return "behind no NAT";
  if (nat.type == NatType::symmetric) return "behind a symmetric NAT";
  if (nat.type != NatType::none) return fmt::format("behind a {} NAT", to_string(nat.type));
  return "behind a cone NAT of unknown kind";
}

std::string rules_text(const EndpointNat& nat) {
  std::string text;
  if (nat.mapping == NatRule::dependent) text += "mapping depends on the destination";
  if (!to_string(nat.mapping).empty()) text += fmt::format("mapping {}", to_string(nat.mapping));
  if (nat.filtering != NatRule::none) {
    text += fmt::format("{}filtering {}", text.empty() ? "" : ", ", to_string(nat.filtering));
  }
  return text;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  for (const EndpointId id : model.endpoints.ids()) {
    const Endpoint& end = model.endpoints[id];
    const EndpointNat* nat = context.nat.of(end);
    if (nat == nullptr || (nat->type == NatType::none && nat->mapping == NatRule::none)) continue;
    Finding finding = finding_of(detector);
    finding.evidence = nat->type_frames;
    sort_unique(&finding.evidence);
    finding.summary =
        fmt::format("{} is {} ({}){}", to_string(end), kind_text(*nat), rules_text(*nat),
                    nat->public_end.ip.family == 0
                        ? ""
                        : fmt::format("; the world sees {}", to_string(nat->public_end)));
    finding.explanation =
        "Told by what servers see of one socket, and by which of their answers "
        "come through.";
    finding.remedy = nat->type == NatType::symmetric
                         ? "An address learnt by STUN does not work for other peers here: use a "
                           "relay (TURN), or "
                           "a server that answers to the source of the media."
                         : "Nothing to do.";
    finding.rfc = "RFC 4787 4.1";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-type", Severity::info, "how the NAT of an endpoint maps and filters",
                        check);

}  // namespace
}  // namespace sipladder::nat_type
