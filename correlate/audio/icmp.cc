#include "correlate/audio/icmp.h"

namespace sipladder {
namespace {

// The error quotes a packet of an earlier call on these ports. Its SSRC says so; or it reports
// missing fragments, and those are waited for longer than this stream has run (kReassemblyNs).
bool is_of_another(const IcmpErrorRecord& error, const StreamRecord& stream) {
  constexpr uint8_t kTimeExceeded = 11, kReassembly = 1;
  if (error.ssrc) return *error.ssrc != stream.ssrc;
  return error.type == kTimeExceeded && error.code == kReassembly &&
         error.time_ns < stream.first_ns + kReassemblyNs;
}

std::vector<const IcmpErrorRecord*> errors_of(const AudioCase& audio, StreamId id) {
  std::vector<const IcmpErrorRecord*> errors;
  const StreamRecord& stream = audio.model.streams[id];
  for (const uint32_t place : icmp_errors_between(audio.model, stream.src, stream.dst)) {
    const IcmpErrorRecord& error = audio.model.icmp_errors[place];
    if (error.time_ns < audio.facts.answer_ns || error.time_ns > audio.facts.end_ns) continue;
    if (is_of_another(error, stream)) continue;
    // A second capture point shows the same errors again.
    if (errors.empty() || errors.front()->point == error.point) errors.push_back(&error);
  }
  return errors;
}

// The longest run of errors with less than kStillAtEndNs between two of them.
Interruption longest_run(StreamId id, const std::vector<const IcmpErrorRecord*>& errors) {
  size_t first = 0, from = 0, to = 0;  // of this run, and the ends of the longest one
  for (size_t i = 1; i < errors.size(); i++) {
    if (errors[i]->time_ns - errors[i - 1]->time_ns >= kStillAtEndNs) first = i;
    if (errors[i]->time_ns - errors[first]->time_ns <= errors[to]->time_ns - errors[from]->time_ns)
      continue;
    from = first;
    to = i;
  }
  if (from == to) return {id, 0, 0, {}, false};
  Interruption run{id, errors[from]->time_ns, errors[to]->time_ns, {}, false};
  for (size_t i = from; i <= to; i++) run.frames.push_back(errors[i]->frame);
  return run;
}

// A report after the errors says that the receiver misses less than half of what was rejected: the
// packets that an error quotes took another way as well.
bool arrives_by_rtcp(const StreamRecord& stream, const Interruption& run) {
  if (!stream.has_rtcp || stream.reported_ns <= run.until_ns) return false;
  const int64_t whole_ns = std::max<int64_t>(1, stream.last_ns - stream.first_ns);
  const double rejected = static_cast<double>(stream.packets_once()) *
                          static_cast<double>(run.until_ns - run.from_ns) /
                          static_cast<double>(whole_ns);
  return stream.remote_lost * 2.0 < rejected;
}

}  // namespace

// A few errors at start-up mean a socket that is not open yet. Errors of a long rejection run to
// its end even where their sender limits them to one a second.
AudioVerdict rejected_by_icmp(const AudioCase& audio, StreamId id) {
  const StreamRecord& stream = audio.model.streams[id];
  const auto errors = errors_of(audio, id);
  if (errors.size() < kMinIcmpErrors) return {};
  const int64_t end = std::min(audio.facts.end_ns, stream.last_ns);
  const bool persistent =
      end - errors.back()->time_ns < kStillAtEndNs || errors.size() * 2 >= stream.packets;
  if (!persistent) return {};
  // A closed port rejects the first packet. That a host does not answer takes seconds to tell.
  const int64_t least_ns = errors.front()->says_port_closed() ? kHandfulNs : kMissedNs;
  const bool worked = errors.front()->time_ns - stream.first_ns >= least_ns;
  RejectionProof proof;
  for (const IcmpErrorRecord* error : errors) proof.frames.push_back(error->frame);
  return {AudioFault::icmp_unreachable, worked ? errors.front()->time_ns : 0, id, std::move(proof)};
}

std::optional<Interruption> rejected_for_a_time(const AudioCase& audio,
                                                const AudioDirection& direction) {
  std::optional<Interruption> longest;
  for (const StreamId id : direction.streams) {
    const StreamRecord& stream = audio.model.streams[id];
    const Interruption one = longest_run(id, errors_of(audio, id));
    const bool goes_on = stream.last_ns - one.until_ns >= kStillAtEndNs;
    if (one.frames.size() < kMinIcmpErrors || !goes_on || arrives_by_rtcp(stream, one) ||
        direction.right.within(one.from_ns, one.until_ns) < kMissedNs)
      continue;
    if (longest && longest->until_ns - longest->from_ns >= one.until_ns - one.from_ns) continue;
    longest = one;
    longest->reported = stream.reported_ns > one.until_ns;
  }
  return longest;
}

}  // namespace sipladder
