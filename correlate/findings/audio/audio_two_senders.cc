// audio-two-senders: two sources send voice to one port of a party at the same time, after the
// answer: music on hold that goes on, or a fork that was not ended. Not for one source that arrives
// by two paths, nor for early media.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::audio_two_senders {
namespace {

extern const Detector detector;

constexpr int64_t kTogetherNs = 1'000'000'000;
constexpr uint32_t kMinPackets = 50;

// The stream is voice. Repair data and telephone-events may have an SSRC of their own beside it.
bool is_voice(const CallContext& context, StreamId id) {
  static constexpr std::string_view kOthers[] = {"telephone-event", "CN",        "rtx", "red",
                                                 "ulpfec",          "flexfec-03"};
  const std::string_view encoding = context.media.encoding_of(id);
  return !is_data_encoding(encoding) &&
         std::none_of(std::begin(kOthers), std::end(kOthers),
                      [&](std::string_view other) { return equal_no_case(encoding, other); });
}

int64_t time_together(const CallContext& context, const StreamRecord& a, const StreamRecord& b) {
  const int64_t begin_ns = std::max({a.first_ns, b.first_ns, context.audio.answer_ns});
  const int64_t end_ns = std::min({a.last_ns, b.last_ns, context.audio.end_ns});
  return std::min(a.ran_within(begin_ns, end_ns), b.ran_within(begin_ns, end_ns));
}

void check_receiver(CallContext& context, const AudioDirection& direction, CallAnalysis* out) {
  const auto& streams = direction.streams;
  for (size_t i = 1; i < streams.size(); i++) {
    for (size_t k = 0; k < i; k++) {
      const StreamRecord& a = context.model.streams[streams[k]];
      const StreamRecord& b = context.model.streams[streams[i]];
      if (a.dst != b.dst || a.ssrc == b.ssrc || std::min(a.packets, b.packets) < kMinPackets)
        continue;
      const int64_t together_ns = time_together(context, a, b);
      if (together_ns <= kTogetherNs || !is_voice(context, streams[k]) ||
          !is_voice(context, streams[i]))
        continue;
      Finding finding = finding_of(context, detector);
      finding.stream = streams[i];
      finding.evidence = {a.first_frame, b.first_frame};
      finding.summary = fmt::format(
          "two sources send to {} of the {} at the same time for {}: {} (0x{:08X}) and {} "
          "(0x{:08X})",
          endpoint_text(context, a.dst), other_party(direction.from), seconds_text(together_ns),
          endpoint_text(context, a.src), a.ssrc, endpoint_text(context, b.src), b.ssrc);
      finding.explanation =
          "A phone plays one of them, or both chopped into each other. Music on hold that goes on "
          "after a transfer does this, and a fork that was answered too and never ended.";
      finding.remedy =
          "See which of the two the newest offer/answer names; the other one has to be stopped "
          "where "
          "it comes from.";
      finding.rfc = "RFC 3550 8.2";
      return report(out, std::move(finding));
    }
  }
}

void check(CallContext& context, CallAnalysis* out) {
  check_receiver(context, context.audio.from_caller, out);
  check_receiver(context, context.audio.from_callee, out);
}

const Detector detector("audio-two-senders", Severity::warning,
                        "two sources send voice to one port of a party at the same time", check);

}  // namespace
}  // namespace sipladder::audio_two_senders
