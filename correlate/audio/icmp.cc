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
  const int64_t least_ns = errors.front()->says_port_closed() ? kHandfulNs : kNoAnswerNs;
  const bool worked = errors.front()->time_ns - stream.first_ns >= least_ns;
  RejectionProof proof;
  for (const IcmpErrorRecord* error : errors) proof.frames.push_back(error->frame);
  return {AudioFault::icmp_unreachable, worked ? errors.front()->time_ns : 0, id, std::move(proof)};
}

}  // namespace sipladder
