// nat-alg: a router rewrites SIP that passes it (an application layer gateway such as nf_nat_sip).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "correlate/findings/nat/hop_findings.h"
#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder::nat_alg {
namespace {

extern const Detector detector;

constexpr char kExplanation[] =
    "An ALG in a router writes other addresses into SIP. It knows less of SIP than both ends, and "
    "breaks what they repair themselves.";
constexpr char kRemedy[] =
    "Switch off the SIP ALG of the router (SIP helper, SIP passthrough, nf_nat_sip), or use TLS.";

constexpr size_t kMostLines = 6;    // that are quoted in the explanation
constexpr size_t kMostOfLine = 90;  // characters of each

std::vector<std::string> lines_of(MessageView& view, const MessageRecord& message) {
  std::vector<std::string> lines;
  if (!view.load(message)) return lines;
  std::string_view rest = view.bytes();
  lines.emplace_back(trim(cut(&rest, '\n')));
  for (const HeaderLine& header : view.sip().headers)
    lines.push_back(fmt::format("{}: {}", header.name, unfold(header.value)));
  std::string_view body = view.sip().body;
  while (!body.empty()) lines.emplace_back(trim(cut(&body, '\n')));
  return lines;
}

// The `lines` that `others` does not have. A line that is there twice must be in both twice.
std::vector<std::string> missing_in(const std::vector<std::string>& others,
                                    const std::vector<std::string>& lines) {
  std::multiset<std::string> there(others.begin(), others.end());
  std::vector<std::string> missing;
  for (const std::string& line : lines) {
    const auto found = there.find(line);
    if (found == there.end()) {
      missing.push_back(line.substr(0, kMostOfLine));
    } else {
      there.erase(found);
    }
  }
  return missing;
}

// The lines that differ before and after the router, in their order, as a sentence.
std::string changed_lines(CaptureContext& context, const Rewrite& rewrite) {
  const auto before = lines_of(context.view, context.model.messages[rewrite.before]);
  const auto after = lines_of(context.view, context.model.messages[rewrite.after]);
  const std::vector<std::string> gone = missing_in(after, before), come = missing_in(before, after);
  std::string text;
  for (size_t i = 0; i < std::min(std::max(gone.size(), come.size()), kMostLines); i++) {
    text += text.empty() ? " It makes of " : "; of ";
    text += fmt::format("\"{}\" \"{}\"", i < gone.size() ? gone[i] : "",
                        i < come.size() ? come[i] : "");
  }
  if (std::max(gone.size(), come.size()) > kMostLines) text += "; and more";
  return text.empty() ? text : text + ".";
}

// Reports rewriting that is certain: the capture has the same message from both sides of the NAT.
void report_pairs(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::pair<IpAddress, IpAddress>, std::vector<const Rewrite*>> boxes;
  for (const Rewrite& rewrite : context.nat.rewrites()) {
    if (rewrite.by_alg) boxes[{rewrite.from, rewrite.to}].push_back(&rewrite);
  }
  for (const auto& [change, rewrites] : boxes) {
    const Rewrite& first = *rewrites.front();
    const MessageRecord& before = context.model.messages[first.before];
    const MessageRecord& after = context.model.messages[first.after];
    std::vector<std::string_view> parts;
    for (const Rewrite* rewrite : rewrites) {
      if (rewrite->before == first.before) parts.push_back(to_string(rewrite->part));
    }
    Finding finding = finding_of(detector);
    finding.call = after.call;
    finding.txn = first.txn;
    finding.message = first.after;
    finding.evidence = {before.frame, after.frame};
    finding.summary = fmt::format(
        "a router replaces {} by {} in {} of the {} (frame {} before it, frame {} after it)",
        to_string(change.first), to_string(change.second), fmt::join(parts, ", "),
        to_string(after.method), before.frame, after.frame);
    finding.explanation = kExplanation + changed_lines(context, first);
    finding.remedy = kRemedy;
    finding.rfc = "RFC 3235 3";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

// Two signs seen from the client's side: the rport that it asked for is gone, and its Via comes
// back as another one.
bool shows_two_signs(const ViaHop& hop) {
  return hop.lost_rport && hop.via_changed && hop.vias == 1;
}

Severity severity_of(const ViaHop&) {
  return Severity::warning;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  report_pairs(context, out);
  for (const HopGroup& group : group_hops(context.nat, shows_two_signs, severity_of)) {
    const ViaHop& hop = *group.example;
    Finding finding = finding_of(context, detector, group);
    finding.confidence = Confidence::likely;
    finding.summary = fmt::format(
        "the answer to the {} of {} comes back without the rport that was asked for and with "
        "another Via than {}: a router on the way rewrites SIP",
        request_text(context, hop), to_string(hop.source), via_text(hop));
    finding.explanation = kExplanation;
    finding.remedy = kRemedy;
    finding.rfc = "RFC 3235 3";
    report(out, std::move(finding));
  }
}

const Detector detector("nat-alg", Severity::warning, "a router rewrites SIP that passes it", check,
                        {.in_calls = {"txn-response-lost", "txn-retransmissions", "txn-no-100"}});

}  // namespace
}  // namespace sipladder::nat_alg
