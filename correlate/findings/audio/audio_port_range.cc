// audio-port-range: over many calls, all that have no audio one way use ports, or a relay, that no
// two-way call uses. Not for fewer than 20 calls, or fewer than 5 that fail.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_port_range {
namespace {

extern const Detector detector;

constexpr size_t kMinCalls = 20;
constexpr size_t kMinFaulty = 5;

struct Use {
  CallId call;
  uint16_t port = 0;
};
// The ports of one host to which media goes.
struct Host {
  std::vector<Use> good, bad;
};

std::set<uint32_t> calls_of(const std::vector<Use>& uses) {
  std::set<uint32_t> calls;
  for (const Use& use : uses) calls.insert(use.call.value);
  return calls;
}

// A range of ports.
struct Range {
  uint16_t low = UINT16_MAX, high = 0;
  bool contains(uint16_t port) const { return low <= port && port <= high; }
};
Range range_of(const std::vector<Use>& uses) {
  Range range;
  for (const Use& use : uses) {
    range.low = std::min(range.low, use.port);
    range.high = std::max(range.high, use.port);
  }
  return range;
}

struct Verdicts {
  std::map<IpAddress, Host> hosts;
  size_t good = 0, bad = 0;
};

Verdicts verdicts_of(CaptureContext& context) {
  Verdicts verdicts;
  const Model& model = context.model;
  for (const CallId id : model.calls.ids()) {
    const Audio audio = context.analyst.of(id).audio;
    const bool good = audio == Audio::two_way;
    if (!good && audio != Audio::one_way && audio != Audio::none) continue;
    (good ? verdicts.good : verdicts.bad)++;
    for (const StreamId stream : context.analyst.media().streams_of(id)) {
      const Endpoint& to = model.endpoints[model.streams[stream].dst];
      Host& host = verdicts.hosts[to.ip];
      (good ? host.good : host.bad).push_back({id, to.port});
    }
  }
  return verdicts;
}

void report_host(const Verdicts& verdicts, const IpAddress& ip, const Host& host,
                 std::vector<Finding>* out) {
  const std::set<uint32_t> bad_calls = calls_of(host.bad);
  if (bad_calls.size() != verdicts.bad) return;  // some failed calls do not use this host
  const Range bad = range_of(host.bad);
  const bool shared = std::any_of(host.good.begin(), host.good.end(),
                                  [&](const Use& use) { return bad.contains(use.port); });
  if (shared) return;
  Finding finding = finding_of(detector);
  finding.confidence = Confidence::likely;
  finding.call = CallId{*bad_calls.begin()};
  for (const uint32_t call : bad_calls) finding.explains.push_back(CallId{call});
  const std::string where =
      host.good.empty() ? fmt::format("{} as media address", to_string(ip))
                        : fmt::format("ports {}-{} of {}", bad.low, bad.high, to_string(ip));
  finding.summary = fmt::format(
      "all {} calls in which somebody hears nothing use {}, and none of the {} two-way calls does",
      verdicts.bad, where, verdicts.good);
  finding.explanation = host.good.empty()
                            ? "One relay, or one interface of it, loses the media of its calls."
                            : "A firewall, or a NAT, lets only a part of the media ports through.";
  finding.remedy =
      host.good.empty()
          ? "Take it out of service, and look at its interfaces, routes and firewall."
          : "Open the whole range of media ports in the firewall before it, or give the server the "
            "range that is open (rtpstart/rtpend, port-min/port-max).";
  finding.rfc = "RFC 3550 11";
  report(out, std::move(finding));
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;  // not asked while it grows: each time would judge all calls
  if (!model.finished || model.calls.held() < kMinCalls || model.streams.size() == 0) return;
  const Verdicts verdicts = verdicts_of(context);
  if (verdicts.good + verdicts.bad < kMinCalls || verdicts.bad < kMinFaulty ||
      verdicts.good < kMinFaulty)
    return;
  std::vector<Finding> found;
  for (const auto& [ip, host] : verdicts.hosts) {
    if (!host.bad.empty()) report_host(verdicts, ip, host, &found);
  }
  // Where several hosts have such a range, none of them is told: each may be the cause.
  if (found.size() == 1) report(out, std::move(found.front()));
}

const Detector detector(
    "audio-port-range", Severity::error,
    "all calls in which somebody hears nothing use ports, or a relay, that no two-way call uses",
    check, {.in_calls = {"audio-common-factor"}});

}  // namespace
}  // namespace sipladder::audio_port_range
