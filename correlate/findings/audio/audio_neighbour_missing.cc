// audio-neighbour-missing: a host that is to send the media asks for its next hop (ARP, neighbour
// discovery) and gets no answer, so no packet leaves it. Not when the media flows. Not where the
// point sees no other packets of that host: questions go to all hosts, answers only to one.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_neighbour_missing {
namespace {

extern const Detector detector;

constexpr int64_t kBeforeNs = 5'000'000'000;  // before the answer: media may be sent early
constexpr int64_t kLateNs = 1'000'000'000;

// SIP or media of this host is seen here, so answers to it would be seen too.
bool is_seen(const CallContext& context, const IpAddress& host) {
  const auto& endpoints = context.model.endpoints;
  const auto is_end = [&](const auto& ids, const auto& table) {
    return std::any_of(ids.begin(), ids.end(), [&](auto id) {
      return endpoints[table[id].src].ip == host || endpoints[table[id].dst].ip == host;
    });
  };
  return is_end(context.transactions, context.model.transactions) ||
         is_end(context.streams, context.model.streams);
}

// The host that is asked for is the next hop of the media: the receiver, or the sender's gateway to
// it.
bool is_next_hop(const NeighbourSilence& run, const IpAddress& sender, const IpAddress& receiver) {
  if (run.target == receiver) return true;
  return run.asker == sender && share_network(run.target, sender) &&
         !share_network(receiver, sender);
}

bool is_missing(const AudioDirection& direction, const NeighbourSilence& run, int64_t answer_ns) {
  if (direction.streams.empty()) return !run.answered;
  if (direction.verdict.fault == AudioFault::stopped)
    return !run.answered && run.last_ns > direction.last_ns - kLateNs;
  return direction.first_ns > answer_ns + kLateNs && run.first_ns < direction.first_ns;
}

// The stream that the audio finding about this direction names, so that this finding replaces it
// (Relations::of_same).
StreamId shown_by(const CallContext& context, const AudioDirection& direction) {
  if (!direction.streams.empty()) return direction.verdict.shown_by;
  const AudioDirection& back = context.audio.direction(opposite(direction.from));
  return back.streams.empty() ? StreamId{} : back.streams.front();
}

std::string heard(const CallContext& context, const AudioDirection& direction) {
  if (direction.streams.empty() || direction.verdict.fault == AudioFault::stopped)
    return hears_nothing(context, direction);
  return fmt::format("{} hears nothing at first", other_party(direction.from));
}

void check_direction(CallContext& context, const AudioDirection& direction, CallAnalysis* out) {
  const Negotiation& negotiation = context.audio.negotiation;
  const AudioSdp* const sender = negotiation.newest(direction.from);
  const AudioSdp* const receiver = negotiation.newest(opposite(direction.from));
  if (sender == nullptr || receiver == nullptr || !sender->address || !receiver->address) return;
  if (direction.right.total_ns() == 0) return;
  for (const NeighbourSilence& run : context.model.neighbours) {
    if (run.last_ns < context.audio.answer_ns - kBeforeNs || run.first_ns > context.audio.end_ns)
      continue;
    if (!is_next_hop(run, sender->address->ip, receiver->address->ip)) continue;
    if (!is_seen(context, run.asker) || !is_missing(direction, run, context.audio.answer_ns))
      continue;
    Finding finding = finding_of(context, detector);
    finding.stream = shown_by(context, direction);
    finding.message = receiver->message;
    finding.dialog = context.message(receiver->message).dialog;
    finding.txn = context.message(receiver->message).txn;
    finding.evidence = {context.message(receiver->message).frame, run.first_frame, run.last_frame};
    const bool direct = run.target == receiver->address->ip;
    finding.summary = fmt::format(
        "{}: {} asks {} times in {} who has {}, {}, and {}", heard(context, direction),
        to_string(run.asker), run.asked, seconds_text(run.last_ns - run.first_ns),
        to_string(run.target), direct ? "where the media has to go" : "its next hop to the media",
        run.answered ? "waits that long for an answer" : "nobody answers");
    finding.explanation =
        "Before the first packet a host asks who has the address of the next hop. Without "
        "an answer it sends nothing, and tells nobody.";
    finding.remedy =
        "See whether that host is on, in this VLAN, and has this address; a wrong netmask or "
        "gateway asks for hosts that are elsewhere.";
    finding.rfc = run.target.family == 4 ? "RFC 826" : "RFC 4861 7.2";
    report(out, std::move(finding));
    if (direction.streams.empty()) conclude_unheard(out, opposite(direction.from), detector.code);
    return;
  }
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.model.neighbours.empty() || !context.audio.answered) return;
  check_direction(context, context.audio.from_caller, out);
  check_direction(context, context.audio.from_callee, out);
}

const Detector detector("audio-neighbour-missing", Severity::error,
                        "the next hop of the media does not answer ARP or neighbour discovery",
                        check,
                        {.of_same = {"audio-no-rtp-from-caller", "audio-no-rtp-from-callee",
                                     "audio-stopped", "audio-late"},
                         .is_root_of_audio = true});

}  // namespace
}  // namespace sipladder::audio_neighbour_missing
