// nat-flow: a registered flow (RFC 5626), what keeps it open, and whether that is enough.
#include <fmt/format.h>

#include <map>

#include "capture/time_units.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::nat_flow {
namespace {

extern const Detector detector;

constexpr int64_t kPongNs = 10 * kSecondNs;  // RFC 5626 4.4.1
constexpr size_t kMostTold = 1000;           // flows of a capture
constexpr uint32_t kUnanswered = 2;

struct Ping {
  int64_t time_ns = 0;
  uint32_t frame = 0;
  bool answered = false;
};

// What the client of a flow sends.
struct Activity {
  std::vector<Ping> pings;
  std::string_view kind;  // of the pings: a literal
  int64_t newest_ns = 0;  // its newest packet so far
  uint32_t newest_frame = 0;
  int64_t longest_ns = 0;          // its longest silence
  uint32_t before = 0, after = 0;  // frames around that silence

  void note_sent(int64_t time_ns, uint32_t frame) {
    if (newest_ns != 0 && time_ns - newest_ns > longest_ns) {
      longest_ns = time_ns - newest_ns;
      before = newest_frame;
      after = frame;
    }
    newest_ns = time_ns;
    newest_frame = frame;
  }
};
using Ends = std::pair<Endpoint, Endpoint>;  // client and edge
using Activities = std::map<Ends, Activity>;

Activity* find(Activities* all, const Endpoint& client, const Endpoint& edge) {
  const auto found = all->find({client, edge});
  return found == all->end() ? nullptr : &found->second;
}

void add_keepalives(const Model& model, Activities* all) {
  for (const Keepalive& keepalive : model.keepalives) {
    const Endpoint& src = model.endpoints[keepalive.src];
    const Endpoint& dst = model.endpoints[keepalive.dst];
    if (keepalive.kind == KeepaliveKind::stun) continue;  // taken from stun_probes below
    if (Activity* const sent = find(all, src, dst)) {
      sent->kind = keepalive.kind == KeepaliveKind::double_crlf ? "CRLF CRLF" : "CRLF";
      sent->pings.push_back({keepalive.time_ns, keepalive.frame, false});
    } else if (Activity* const got = find(all, dst, src)) {
      if (!got->pings.empty() && keepalive.time_ns - got->pings.back().time_ns <= kPongNs)
        got->pings.back().answered = true;
    }
  }
  for (const StunProbe& probe : model.stun_probes) {
    Activity* const sent = find(all, probe.client, probe.server);
    if (sent == nullptr) continue;
    sent->kind = "STUN";
    sent->pings.push_back({probe.first_ns, probe.frame, probe.answer_ns != 0});
  }
}

// Finds the longest silence of each client, over its messages and pings in the order of time.
void add_silences(const Model& model, Activities* all) {
  std::map<const Activity*, size_t> next;
  const auto take_pings = [&](Activity* activity, int64_t until_ns) {
    size_t& place = next[activity];
    for (; place < activity->pings.size() && activity->pings[place].time_ns <= until_ns; place++)
      activity->note_sent(activity->pings[place].time_ns, activity->pings[place].frame);
  };
  for (const MessageId id : model.messages.ids()) {
    const MessageRecord& message = model.messages[id];
    Activity* const sent = find(all, model.endpoints[message.src], model.endpoints[message.dst]);
    if (sent == nullptr) continue;
    take_pings(sent, message.time_ns);
    sent->note_sent(message.time_ns, message.frame);
  }
  for (auto& [ends, activity] : *all) take_pings(&activity, INT64_MAX);
}

// Number of pings after the last one that was answered; 0 when none ever was.
uint32_t unanswered(const Model& model, const RegisteredFlow& flow, const Activity& activity) {
  uint32_t count = 0;
  const uint8_t point = model.messages[flow.request].point;
  for (auto ping = activity.pings.rbegin(); ping != activity.pings.rend(); ++ping) {
    if (ping->answered) return count;
    if (model.coverage.until(point, ping->time_ns) - ping->time_ns >= kPongNs) count++;
  }
  return 0;  // the answers of this edge are perhaps not seen here
}

std::string kept_text(const Activity& activity) {
  if (activity.pings.empty()) return "; no keep-alive is seen";
  if (activity.pings.size() == 1) return fmt::format("; one keep-alive ({})", activity.kind);
  const int64_t whole_ns = activity.pings.back().time_ns - activity.pings.front().time_ns;
  return fmt::format("; kept open by {} every {}", activity.kind,
                     seconds_text(whole_ns / static_cast<int64_t>(activity.pings.size() - 1)));
}

void tell(const CaptureContext& context, const RegisteredFlow& flow, const Activity& activity,
          std::vector<Finding>* out) {
  const Model& model = context.model;
  const MessageRecord& request = model.messages[flow.request];
  Finding finding = finding_of(detector);
  finding.call = request.call;
  finding.txn = request.txn;
  finding.message = flow.request;
  finding.evidence = {request.frame};
  finding.summary =
      fmt::format("{} registers flow {} over {} from {} at {}{}{}", flow.aor, flow.reg_id,
                  to_string(flow.transport), to_string(model.endpoints[flow.client]),
                  to_string(model.endpoints[flow.edge]),
                  flow.flow_timer_s ? fmt::format(", Flow-Timer {} s", *flow.flow_timer_s) : "",
                  kept_text(activity));
  finding.explanation =
      "A flow is a connection, or a binding of a NAT, that the client opened and over which the "
      "edge reaches it (outbound).";
  finding.remedy = "Nothing to do.";
  finding.rfc = "RFC 5626 4.4";
  const uint32_t lost = unanswered(model, flow, activity);
  const int64_t allowed_ns =
      flow.flow_timer_s ? int64_t{*flow.flow_timer_s} * kSecondNs * 11 / 10 + kSecondNs : 0;
  if (lost >= kUnanswered) {
    const Ping& last = activity.pings.back();
    finding.severity = Severity::warning;
    finding.evidence.push_back(last.frame);
    finding.summary +=
        fmt::format("; the last {} get no answer any more (frame {})", lost, last.frame);
    finding.remedy = "The flow is dead: the client has to register again over a new one.";
  } else if (allowed_ns != 0 && activity.longest_ns > allowed_ns) {
    finding.severity = Severity::warning;
    finding.evidence.insert(finding.evidence.end(), {activity.before, activity.after});
    finding.summary +=
        fmt::format("; between frames {} and {} the client sends nothing for {}", activity.before,
                    activity.after, seconds_text(activity.longest_ns));
    finding.remedy =
        "Let the client send its keep-alives as often as Flow-Timer asks: the edge may take the "
        "flow for dead.";
  }
  sort_unique(&finding.evidence);
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  Activities activities;
  std::vector<const RegisteredFlow*> told;
  for (const RegisteredFlow& flow : context.registrations.flows()) {
    if (told.size() >= kMostTold || (!flow.agreed && !flow.flow_timer_s)) continue;
    told.push_back(&flow);
    activities[{model.endpoints[flow.client], model.endpoints[flow.edge]}];
  }
  if (told.empty()) return;
  add_keepalives(model, &activities);
  add_silences(model, &activities);
  for (const RegisteredFlow* flow : told) {
    const Ends ends{model.endpoints[flow->client], model.endpoints[flow->edge]};
    tell(context, *flow, activities.at(ends), out);
  }
}

const Detector detector("nat-flow", Severity::info, "a flow of RFC 5626, and what keeps it open",
                        check);

}  // namespace
}  // namespace sipladder::nat_flow
