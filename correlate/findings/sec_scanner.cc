// sec-scanner: one finding per source address.
#include <fmt/format.h>

#include <map>
#include <set>

#include "correlate/findings/support.h"
#include "decode/text.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr size_t kManyUsers = 20;
constexpr std::string_view kTools[] = {"friendly-scanner",
                                       "sipvicious",
                                       "sipcli",
                                       "sip-scan",
                                       "sipsak",
                                       "sundayddr",
                                       "iWar",
                                       "VaxSIPUserAgent",
                                       "pplsip",
                                       "eyeBeam release 1105a",
                                       "sivus",
                                       "smap",
                                       "sipptk",
                                       "Gulp"};

struct Source {
  uint32_t attempts = 0;
  std::set<std::string> users;
  std::string tool;
  std::vector<uint32_t> evidence;
};

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::string, Source> sources;
  for (const CallId id : context.model.calls.ids()) {
    const CallRecord& call = context.model.calls[id];
    const bool refused = call.final_status >= 400 || call.final_status == 0;
    if (!call.first_request || !refused) continue;
    const MessageRecord& message = context.model.messages[call.first_request];
    if (!context.view.load(message)) continue;
    const SipIndex& sip = context.view.sip();
    Source& source = sources[to_string(context.model.endpoints[message.src].ip)];
    source.attempts++;
    if (source.evidence.size() < 10) source.evidence.push_back(message.frame);
    const std::string user(parse_uri(parse_name_addr(sip.value(HeaderId::to)).uri).user);
    if (source.users.size() < 1000) source.users.insert(user);
    for (const std::string_view tool : kTools) {
      const std::string_view agent = sip.value(HeaderId::user_agent);
      if (starts_no_case(agent, tool)) source.tool = std::string(agent);
    }
  }
  for (const auto& [address, source] : sources) {
    const bool many = source.users.size() >= kManyUsers && source.attempts >= kManyUsers;
    if (source.tool.empty() && !many) continue;
    Finding finding = finding_of(detector);
    finding.evidence = source.evidence;
    finding.summary = fmt::format(
        "{} tries {} users in {} refused dialogs{}", address, source.users.size(), source.attempts,
        source.tool.empty() ? "" : fmt::format("; it calls itself {}", source.tool));
    finding.explanation =
        "Scanners look for extensions and open relays before they guess passwords.";
    finding.remedy =
        "Block the address (fail2ban, pike, a firewall), and do not answer unknown users.";
    finding.rfc = "RFC 3261 26.1";
    report(out, std::move(finding));
  }
}

const Detector detector("sec-scanner", Severity::warning,
                        "a scanner by its User-Agent, or one source that tries many users", check);

}  // namespace
}  // namespace sipladder
