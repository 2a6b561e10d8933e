// audio-two-senders: two sources send voice to one port of a party at the same time, after the
// answer: music on hold that goes on, or a fork that was not ended. Not for one source that arrives
// by two paths, nor for early media, nor for a conference, which talks to both from one port.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"
#include "media/codec.h"

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

// One source sends both, and not both are codecs of voice: audio and video on one port, of which
// the capture lacks the SDP.
bool is_bundle(const CallContext& context, StreamId a, StreamId b) {
  const auto is_codec = [&](StreamId id) {
    return find_codec(context.media.encoding_of(id)) != nullptr;
  };
  return context.model.streams[a].src == context.model.streams[b].src &&
         (!is_codec(a) || !is_codec(b));
}

struct Together {
  int64_t begin_ns, end_ns;
};

// From the later beginning to the earlier end of both, within the talk.
Together together(const CallContext& context, const StreamRecord& a, const StreamRecord& b) {
  return {std::max({a.first_ns, b.first_ns, context.audio.answer_ns}),
          std::min({a.last_ns, b.last_ns, context.audio.end_ns})};
}

// The receiver sends to the source of the stream while both play: it talks to it.
bool is_talked_to(const CallContext& context, const StreamRecord& stream, Together both) {
  const Model& model = context.model;
  const auto back = context.media.index().from(model.endpoints[stream.dst]);
  return std::any_of(back.begin(), back.end(), [&](StreamId id) {
    const StreamRecord& one = model.streams[id];
    return one.src == stream.dst && one.dst == stream.src && one.packets >= kMinPackets &&
           one.ran_within(both.begin_ns, both.end_ns) * 2 >= both.end_ns - both.begin_ns;
  });
}

int64_t time_together(const StreamRecord& a, const StreamRecord& b, Together both) {
  return std::min(a.ran_within(both.begin_ns, both.end_ns),
                  b.ran_within(both.begin_ns, both.end_ns));
}

// Each history has an interval with at least so many packets when the stream runs all along.
uint32_t full_interval(const StreamHistory& history, const StreamRecord& stream) {
  uint32_t most = 0;
  for (size_t i = 0; i < history.count(); i++) most = std::max(most, history.at(stream, i).came());
  return most * 3 / 4;
}

// By their histories both streams came for more than a moment at the same time. Parties that take
// turns (call waiting) share parts of intervals only. True without a history.
bool came_together(const Model& model, StreamId one, StreamId other) {
  const auto a = model.histories.find(one.value), b = model.histories.find(other.value);
  if (a == model.histories.end() || b == model.histories.end()) return true;
  const StreamRecord& first = model.streams[one];
  const StreamRecord& second = model.streams[other];
  const uint32_t full_a = full_interval(a->second, first);
  const uint32_t full_b = full_interval(b->second, second);
  const int64_t width_ns = b->second.width_ns();
  int64_t sum_ns = 0;
  size_t next = 0;  // in b
  for (size_t i = 0; i < a->second.count(); i++) {
    if (a->second.at(first, i).came() < full_a) continue;
    const int64_t begin_ns = first.first_ns + static_cast<int64_t>(i) * a->second.width_ns();
    const int64_t end_ns = begin_ns + a->second.width_ns();
    const auto begin_of = [&](size_t k) {
      return second.first_ns + static_cast<int64_t>(k) * width_ns;
    };
    while (next < b->second.count() && begin_of(next) + width_ns <= begin_ns) next++;
    for (size_t k = next; k < b->second.count() && begin_of(k) < end_ns; k++) {
      if (b->second.at(second, k).came() < full_b) continue;
      sum_ns += std::min(end_ns, begin_of(k) + width_ns) - std::max(begin_ns, begin_of(k));
    }
  }
  return sum_ns > kTogetherNs;
}

void check_receiver(CallContext& context, const AudioDirection& direction, CallAnalysis* out) {
  const auto& streams = direction.streams;
  for (size_t i = 1; i < streams.size(); i++) {
    for (size_t k = 0; k < i; k++) {
      const StreamRecord& a = context.model.streams[streams[k]];
      const StreamRecord& b = context.model.streams[streams[i]];
      if (a.dst != b.dst || a.ssrc == b.ssrc || std::min(a.packets, b.packets) < kMinPackets)
        continue;
      const Together both = together(context, a, b);
      const int64_t together_ns = time_together(a, b, both);
      if (together_ns <= kTogetherNs || !is_voice(context, streams[k]) ||
          !is_voice(context, streams[i]) || is_bundle(context, streams[i], streams[k]) ||
          !came_together(context.model, streams[k], streams[i]))
        continue;
      const bool conference = is_talked_to(context, a, both) && is_talked_to(context, b, both);
      if (conference) continue;
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
