#include "correlate/audio/icmp.h"

namespace sipladder {
namespace {

// The error quotes a packet of an earlier call on these ports: by its SSRC, or since the fragments
// of a packet are waited for longer than this stream runs (RFC 1122 3.3.2: 60 s, Linux 30 s).
bool is_of_another(const IcmpErrorRecord& error, const StreamRecord& stream) {
  constexpr uint8_t kTimeExceeded = 11, kReassembly = 1;
  if (error.ssrc) return *error.ssrc != stream.ssrc;
  return error.type == kTimeExceeded && error.code == kReassembly &&
         error.time_ns < stream.first_ns + kReassemblyNs;
}

// ICMP errors about a stream while the talk lasts.
std::vector<const IcmpErrorRecord*> errors_of(const AudioCase& audio, StreamId id) {
  std::vector<const IcmpErrorRecord*> errors;
  const StreamRecord& stream = audio.model.streams[id];
  for (const uint32_t place : icmp_errors_between(audio.model, stream.src, stream.dst)) {
    const IcmpErrorRecord& error = audio.model.icmp_errors[place];
    if (error.time_ns < audio.facts.answer_ns || error.time_ns > audio.facts.end_ns) continue;
    if (is_of_another(error, stream)) continue;
    // A second point shows the same errors again.
    if (errors.empty() || errors.front()->point == error.point) errors.push_back(&error);
  }
  return errors;
}

}  // namespace

// A few at start-up mean a socket not yet open; errors limited to one a second still run to the
// end.
AudioVerdict rejected_by_icmp(const AudioCase& audio, StreamId id) {
  const StreamRecord& stream = audio.model.streams[id];
  const auto errors = errors_of(audio, id);
  if (errors.size() < kMinIcmpErrors) return {};
  const int64_t end = std::min(audio.facts.end_ns, stream.last_ns);
  const bool persistent =
      end - errors.back()->time_ns < kStillAtEndNs || errors.size() * 2 >= stream.packets;
  if (!persistent) return {};
  const bool worked = errors.front()->time_ns - stream.first_ns >= kMissedNs;
  RejectionProof proof;
  for (const IcmpErrorRecord* error : errors) proof.frames.push_back(error->frame);
  return {AudioFault::icmp_unreachable, worked ? errors.front()->time_ns : 0, id, std::move(proof)};
}

}  // namespace sipladder
