// sec-scanner: one address looks for users, numbers or servers. It is known by its User-Agent, if
// that is the name of a tool. Or it is known by what it does: it asks one server for many users,
// and nearly all requests are ignored, or refused as unknown or forbidden. Not for a host that
// relays requests of others, nor for one that pings many phones. Requests with credentials are
// sec-brute-force. One finding for each source address, which explains the refusals too.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::sec_scanner {
namespace {

extern const Detector detector;

constexpr size_t kManyUsers = 20;
constexpr uint32_t kNamesRead = 3;  // requests whose User-Agent is read whatever their outcome
constexpr size_t kMaxUsers = 1000;
constexpr std::string_view kTools[] = {
    "friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sundayddr", "iWar",
    "pplsip",           "sivus",      "smap",   "sipptk",   "Gulp",
};

// What one source asks of one server in vain.
struct Server {
  std::set<std::string> users;
  uint32_t requests = 0;
};

struct Source {
  uint32_t attempts = 0;
  uint32_t refused = 0;
  uint32_t ignored = 0;
  bool relays = false;  // its requests have the Via of another host too
  std::map<EndpointId, Server> servers;
  std::string tool;
  std::vector<uint32_t> evidence;
  std::vector<CallId> calls;  // refused or ignored
};

// The call was refused because the user is unknown, or because the source may not ask.
bool is_refused(const CallRecord& call) {
  if (call.ring_ns != 0) return false;
  const uint16_t status = call.final_status;
  return status == 401 || status == 403 || status == 404 || status == 407 || status == 410 ||
         status == 484 || status == 604;
}

// The call is one request to which nothing came back. It was not repeated, as a client would do. It
// has no ACK, which a capture with only requests would show.
bool is_ignored(const Model& model, const CallRecord& call) {
  const bool scans = call.kind == CallKind::call || call.kind == CallKind::registration ||
                     call.kind == CallKind::options;
  return scans && !call.first_response && call.transactions == 1 && call.retransmissions == 0 &&
         !model.transactions[call.first_txn].acked;
}

bool has_credentials(const Model& model, const CallRecord& call) {
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    if (model.transactions[id].has_auth) return true;
  }
  return false;
}

// The product name at the beginning of User-Agent is that of a tool, in any version (RFC
// 3261 20.41).
bool names_a_tool(std::string_view agent) {
  const std::string_view product = agent.substr(0, agent.find_first_of("/ ("));
  return std::any_of(std::begin(kTools), std::end(kTools),
                     [&](std::string_view tool) { return equal_no_case(product, tool); });
}

void look_at(CaptureContext& context, CallId id, Source* source) {
  const CallRecord& call = context.model.calls[id];
  const MessageRecord& message = context.model.messages[call.first_request];
  source->attempts++;
  const bool refused = is_refused(call);
  const bool ignored = is_ignored(context.model, call);
  const bool in_vain = (refused || ignored) && !has_credentials(context.model, call);
  if (!in_vain && source->attempts > kNamesRead) return;
  if (!context.view.load(message)) return;
  const SipIndex& sip = context.view.sip();
  if (header_values(sip, HeaderId::via).size() > 1) source->relays = true;
  const std::string_view agent = sip.value(HeaderId::user_agent);
  if (source->tool.empty() && names_a_tool(agent)) source->tool = std::string(agent);
  if (source->evidence.size() < 10) source->evidence.push_back(message.frame);
  if (!in_vain) return;
  (refused ? source->refused : source->ignored)++;
  source->calls.push_back(id);
  Server& server = source->servers[message.dst];
  server.requests += call.transactions;
  if (server.users.size() < kMaxUsers)
    server.users.emplace(parse_uri(parse_name_addr(sip.value(HeaderId::to)).uri).user);
}

// The source asks one server for many users, and for each about once. A client that is refused asks
// for the same user again.
bool tries_many(const Source& source) {
  if (source.relays || (source.refused + source.ignored) * 10 < source.attempts * 9) return false;
  return std::any_of(source.servers.begin(), source.servers.end(), [](const auto& entry) {
    const Server& server = entry.second;
    return server.users.size() >= kManyUsers && server.requests < server.users.size() * 2;
  });
}

std::string summary_of(const std::string& address, const Source& source) {
  if (!source.tool.empty()) {
    return fmt::format("{} calls itself {}: {} of its {} {} refused", address, source.tool,
                       source.refused, counted(source.attempts, "dialog"),
                       source.refused == 1 ? "is" : "are");
  }
  size_t users = 0;
  for (const auto& [endpoint, server] : source.servers)
    users = std::max(users, server.users.size());
  return fmt::format("{} tries {} in {}{}", address, counted(users, "user"),
                     counted(source.refused, "refused dialog"),
                     source.ignored == 0 ? "" : fmt::format(" and {} ignored", source.ignored));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<IpAddress, Source> sources;
  for (const CallId id : context.model.calls.ids()) {
    const CallRecord& call = context.model.calls[id];
    if (!call.first_request) continue;
    const MessageRecord& message = context.model.messages[call.first_request];
    if (!message.has_to_tag)
      look_at(context, id, &sources[context.model.endpoints[message.src].ip]);
  }
  for (auto& [address, source] : sources) {
    if (source.tool.empty() && !tries_many(source)) continue;
    Finding finding = finding_of(detector);
    finding.evidence = std::move(source.evidence);
    finding.explains = std::move(source.calls);
    finding.summary = summary_of(to_string(address), source);
    finding.explanation =
        "Scanners look for extensions and open relays before they guess passwords.";
    finding.remedy =
        "Block the address (fail2ban, pike, a firewall), and do not answer unknown users.";
    finding.rfc = "RFC 3261 26.1";
    report(out, std::move(finding));
  }
}

const Detector detector("sec-scanner", Severity::warning,
                        "a scanner by its User-Agent, or one source that tries many users", check,
                        {.in_calls = {"reg-rejected", "reg-loop", "txn-auth-failed",
                                      "txn-refused"}});

}  // namespace
}  // namespace sipladder::sec_scanner
