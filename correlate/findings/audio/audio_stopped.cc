// audio-stopped: a direction that flowed ends at least 5 s before the agreed end. In a short talk 2
// s are enough if they are a third of it, because a party that hears nothing hangs up soon. Not
// when the call is on hold or the direction is no longer agreed.
#include <fmt/format.h>

#include <cstdlib>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_stopped {
namespace {

constexpr uint32_t kMaxLater = 4096;  // calls that began after this one and are looked at
constexpr int64_t kNearNs =
    3'000'000'000;  // between the answer of one call and the silence in the other

// ", as the callee answers another call (call 7)" when the silent party did so at that time: a
// phone sends voice to one call only. Empty otherwise.
std::string other_call_answered(CallContext& context, const AudioDirection& direction,
                                Finding* finding) {
  const Model& model = context.model;
  const int64_t silent_ns = model.streams[direction.verdict.shown_by].last_ns;
  const CallNames names = names_of(model, context.id, context.view);
  const std::string name(direction.from == Party::callee ? names.callee : names.caller);
  const uint32_t end = std::min(model.calls.size() + 1, context.id.value + kMaxLater);
  for (uint32_t id = context.id.value + 1; id < end && !name.empty(); id++) {
    if (!model.calls.holds(CallId{id})) continue;
    const CallRecord& other = model.calls[CallId{id}];
    if (other.start_ns > silent_ns) break;
    if (other.answer_ns == 0 || std::abs(other.answer_ns - silent_ns) > kNearNs) continue;
    if (names_of(model, CallId{id}, context.view).callee != name) continue;
    if (other.first_request)
      finding->evidence.push_back(context.message(other.first_request).frame);
    return fmt::format(", as the {} answers another call (call {})", party_text(direction.from),
                       id);
  }
  return {};
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  finding->stream = direction.verdict.shown_by;
  finding->evidence.push_back(stream.last_frame);
  const std::string other_call = other_call_answered(context, direction, finding);
  finding->summary =
      fmt::format("{}: the RTP from {} to {} stops {}{} before the end of the talk{}",
                  hears_nothing(context, direction), endpoint_text(context, stream.src),
                  endpoint_text(context, stream.dst),
                  direction.verdict.lost_from_ns == 0
                      ? fmt::format("after {}, ", counted(stream.packets_once(), "packet"))
                      : std::string(),
                  seconds_text(direction.agreed_until - direction.last_ns), other_call);
  finding->explanation =
      "The direction was agreed to the end, and no hold took it back (RFC 3264 8.4).";
  finding->remedy =
      !other_call.empty()
          ? "See why the phone does not put the first call on hold (call waiting), or refuse a "
            "second one there with 486."
          : "Capture at the sender. If its RTP goes on there, raise the UDP timeout of the NAT or "
            "firewall on the way; if it stops there too, check the device and its log at that "
            "time.";
  finding->rfc = "RFC 3264 8.4";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::stopped, detector, out, describe);
}
const Detector detector(
    "audio-stopped", Severity::error,
    "RTP of a direction ends 5 s before the talk does, or 2 s that are a third of "
    "it, without hold",
    check);

}  // namespace
}  // namespace sipladder::audio_stopped
