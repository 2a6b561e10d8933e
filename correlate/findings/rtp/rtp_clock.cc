// rtp-clock: the timestamps of a stream run faster or slower than the time. Only for streams
// without pauses, because a sender may stop its timestamps while it is silent.
#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "correlate/findings/shared/support.h"

namespace sipladder::rtp_clock {
namespace {

extern const Detector detector;

constexpr int64_t kMinNs = 10'000'000'000;
constexpr int64_t kPauseNs = 200'000'000;
constexpr double kInfo = 0.01;
constexpr double kWarning = 0.05;

bool has_one_payload_type(const StreamRecord& stream) {
  int types = 0;
  for (const uint32_t bits : stream.payload_types) types += std::popcount(bits);
  return types == 1;
}

void check(CallContext& context, CallAnalysis* out) {
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    const int64_t wall_ns = stream.last_ns - stream.first_ns;
    if (wall_ns < kMinNs || stream.clock_hz == 0 || stream.delta_max_ns > kPauseNs) continue;
    const StreamBinding& binding = context.media.of(id);
    if (binding.video || !is_read_by_agreed_clock(binding, stream) || !has_one_payload_type(stream))
      continue;
    const double said = static_cast<double>(stream.timestamp_span) / stream.clock_hz;
    const double drift = said / (static_cast<double>(wall_ns) / 1e9) - 1;
    if (std::abs(drift) < kInfo) continue;
    Finding finding = finding_of(context, detector);
    if (std::abs(drift) < kWarning) finding.severity = Severity::info;
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary =
        fmt::format("the timestamps from {} to {} say {:.1f} s in {}: {:.1f} % too {}",
                    endpoint_text(context, stream.src), endpoint_text(context, stream.dst), said,
                    seconds_text(wall_ns), std::abs(drift) * 100, drift > 0 ? "fast" : "slow");
    finding.explanation =
        "The receiver's buffer fills or runs dry by the difference: gaps, or growing delay.";
    finding.remedy =
        "Compare the sender's sample rate and ptime with its SDP. If they agree, its clock is off: "
        "a virtual machine without enough CPU, or a faulty device.";
    finding.rfc = "RFC 3550 5.1";
    report(out, std::move(finding));
  }
}

const Detector detector("rtp-clock", Severity::warning,
                        "the timestamps of a stream run faster or slower than the time", check,
                        {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::rtp_clock
