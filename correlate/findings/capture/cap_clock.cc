// cap-clock: time runs back within one source, or the clocks of two sources disagree. Not for steps
// under 100 ms: packets that overtake each other in a multi-queue network card differ by less.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_clock {
namespace {

extern const Detector detector;

constexpr int64_t kMinBackNs = 100'000'000;
constexpr int64_t kMinOffsetNs = 50'000'000;

void check_back(CaptureContext& context, std::vector<Finding>* out) {
  for (size_t i = 0; i < context.model.sources.size(); i++) {
    const SourceCounters& source = context.model.sources[i];
    if (source.back_ns < kMinBackNs) continue;
    Finding finding = finding_of(detector);
    finding.evidence = {source.back_frame};
    finding.summary = fmt::format(
        "time runs back by {} at frame {}{}", seconds_text(source.back_ns), source.back_frame,
        i < context.model.captures.size() ? " of " + file_name(context.model.captures[i].name)
                                          : "");
    finding.explanation = "Times, delays and the order of messages are not to be trusted there.";
    finding.remedy =
        "Keep the clock of the capturing host steady (NTP), and join files with mergecap, which "
        "orders them by time.";
    finding.rfc = "RFC 5905";
    report(out, std::move(finding));
  }
}

// Reports clocks that were compared before the files were read, and corrected
// (correlate/engine/capture_clocks.h).
void check_corrected(CaptureContext& context, std::vector<Finding>* out) {
  for (size_t i = 0; i < context.model.captures.size(); i++) {
    const SourceInfo& capture = context.model.captures[i];
    if (capture.clock_ahead_ns == 0) continue;
    Finding finding = finding_of(detector);
    finding.confidence = Confidence::likely;
    finding.evidence = {1};
    finding.summary = fmt::format(
        "the clock of source {} is about {:.3f} s {} that of source 1: its times are corrected by "
        "that",
        i + 1, static_cast<double>(std::abs(capture.clock_ahead_ns)) / 1e9,
        capture.clock_ahead_ns > 0 ? "ahead of" : "behind");
    finding.explanation =
        "The same SIP messages or RTP packets are in both, at times that no delay explains: "
        "packets "
        "of either direction would arrive before they were sent.";
    finding.remedy = "Set both clocks by NTP.";
    finding.rfc = "RFC 5905";
    report(out, std::move(finding));
  }
}

// Copies of messages at two sources: the smallest differences of their times, for messages in
// either direction. A delay has opposite signs in both, an offset of the clocks the same.
struct Apart {
  int64_t there_ns = INT64_MAX;
  int64_t back_ns = INT64_MAX;
  uint32_t frame = 0;
};

void check_offset(CaptureContext& context, std::vector<Finding>* out) {
  std::map<std::pair<uint16_t, uint16_t>, Apart> pairs;
  for (const MessageId id : context.model.messages.ids()) {
    const MessageRecord& message = context.model.messages[id];
    if (!message.duplicate) continue;
    const MessageRecord& first = context.model.messages[message.original];
    if (first.source == message.source) continue;
    const bool turned = first.source > message.source;
    const MessageRecord& a = turned ? message : first;
    const MessageRecord& b = turned ? first : message;
    Apart& apart = pairs[{a.source, b.source}];
    const bool there = context.model.endpoints[a.src].ip < context.model.endpoints[a.dst].ip;
    int64_t& nearest = there ? apart.there_ns : apart.back_ns;
    const int64_t delta = b.time_ns - a.time_ns;
    if (nearest == INT64_MAX || std::abs(delta) < std::abs(nearest)) nearest = delta;
    if (apart.frame == 0) apart.frame = a.frame;
  }
  for (const auto& [sources, apart] : pairs) {
    if (apart.there_ns == INT64_MAX || apart.back_ns == INT64_MAX) continue;
    const int64_t offset = (apart.there_ns + apart.back_ns) / 2;
    if (std::abs(offset) < kMinOffsetNs) continue;
    Finding finding = finding_of(detector);
    finding.confidence = Confidence::likely;
    finding.evidence = {apart.frame};
    finding.summary = fmt::format("the clock of source {} is about {:.3f} s {} that of source {}",
                                  sources.second + 1, static_cast<double>(std::abs(offset)) / 1e9,
                                  offset > 0 ? "ahead of" : "behind", sources.first + 1);
    finding.explanation = "The same messages are in both, at times that no delay explains.";
    finding.remedy = "Set both clocks by NTP, or shift one file (editcap -t).";
    finding.rfc = "RFC 5905";
    report(out, std::move(finding));
  }
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  check_back(context, out);
  check_corrected(context, out);
  check_offset(context, out);
}

const Detector detector("cap-clock", Severity::warning,
                        "time runs back, or the clocks of two captures disagree", check,
                        {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::cap_clock
