// sdp-version: two SDPs with one o= line must be the same (RFC 3264 8). Not where a relay writes
// one o= for both parties, nor where it rewrites a message on its way. A warning when audio is lost
// in the call: the peer may have missed the change. Else the rule was broken without harm.
#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "correlate/findings/shared/support.h"

namespace sipladder::sdp_version {
namespace {

extern const Detector detector;

// Both are one request or response, as two hops show it.
bool is_one_message(const MessageRecord& a, const MessageRecord& b) {
  return a.status == b.status && a.is_in_exchange_of(b);
}

bool are_versions(const CallContext& context, const AudioSdp& before, const AudioSdp& now) {
  const MessageRecord& a = context.message(before.message);
  const MessageRecord& b = context.message(now.message);
  if (before.author != now.author || a.src != b.src || is_one_message(a, b)) return false;
  return a.dialog == b.dialog || !a.dialog || !b.dialog;  // else two branches of a fork
}

void check(CallContext& context, CallAnalysis* out) {
  const std::vector<AudioSdp>& audio_sdps = context.audio.negotiation.audio_sdps;
  if (audio_sdps.size() < 2) return;
  constexpr size_t kMaxCompared = 64;
  // The first SDPs with each o= line; mostly they are one message on each of its hops.
  absl::flat_hash_map<std::string_view, std::vector<const AudioSdp*>> by_origin;
  for (const AudioSdp& now : audio_sdps) {
    std::vector<const AudioSdp*>& older = by_origin[now.origin];
    if (older.size() < kMaxCompared) older.push_back(&now);
    for (const AudioSdp* one : older) {
      const AudioSdp& before = *one;
      if (before.rest_hash == now.rest_hash || !are_versions(context, before, now)) continue;
      Finding finding = finding_of(context, detector);
      if (loses_audio(context)) finding.severity = Severity::warning;
      finding.message = now.message;
      finding.evidence = {context.message(before.message).frame,
                          context.message(now.message).frame};
      finding.summary = fmt::format(
          "the SDP in frame {} differs from that in frame {}, but its o= line is the same",
          finding.evidence[1], finding.evidence[0]);
      finding.explanation =
          "A peer may take it for the description that it knows already, and miss the change.";
      finding.remedy =
          "Report it to the sender's vendor: the version in o= must grow with each change.";
      finding.rfc = "RFC 3264 8";
      return report(out, std::move(finding));
    }
  }
}

const Detector detector("sdp-version", Severity::info,
                        "an SDP changes while the version in its o= line stays (warning when audio "
                        "is lost in the call)",
                        check);

}  // namespace
}  // namespace sipladder::sdp_version
