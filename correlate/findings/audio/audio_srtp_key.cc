// audio-srtp-key: authentication tags of SRTP prove that a sender uses a key that its own newer SDP
// has replaced, or a rollover counter that its receiver cannot have. Not where a tag fits no known
// key: that key may be in an SDP that is not here, or be masked.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_srtp_key {
namespace {

void describe_old_key(CallContext& context, const AudioDirection& direction, const KeyProof& proof,
                      Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  const uint32_t old_frame = context.message(proof.old_sdp).frame;
  const uint32_t new_frame = context.message(proof.new_sdp).frame;
  finding->message = proof.new_sdp;
  finding->dialog = context.message(proof.new_sdp).dialog;
  finding->evidence = {old_frame, new_frame, proof.first_frame, proof.last_frame};
  finding->summary = fmt::format(
      "{}: the {} goes on encrypting from {} to {} with the key of frame {}, and has announced "
      "another "
      "one in frame {} ({} packets)",
      hears_nothing(context, direction), party_text(direction.from),
      endpoint_text(context, stream.src), endpoint_text(context, stream.dst), old_frame, new_frame,
      proof.packets);
  finding->explanation =
      "Each party tells in its SDP the key of what it sends. The receiver takes the new one with "
      "the new offer and answer, and drops packets whose tag it did not make.";
  finding->remedy = fmt::format(
      "Look at how the {} changes keys at a hold, a transfer or a session refresh: either the "
      "a=crypto line stays as it was, or its sender follows it. Many stacks have an option to keep "
      "the key over a re-INVITE.",
      party_text(direction.from));
  finding->rfc = "RFC 4568 7.1.4";
}

void describe_counter(CallContext& context, const AudioDirection& direction, const KeyProof& proof,
                      Finding* finding) {
  const StreamRecord& stream = context.model.streams[direction.verdict.shown_by];
  finding->evidence = {proof.first_frame, proof.last_frame};
  finding->summary = fmt::format(
      "{}: packets of SRTP from {} to {} have tags of rollover counter {}, their receiver counts "
      "{} "
      "(from frame {} on, {} packets)",
      hears_nothing(context, direction), endpoint_text(context, stream.src),
      endpoint_text(context, stream.dst), proof.used, proof.counted, proof.first_frame,
      proof.packets);
  finding->explanation =
      "Sequence numbers have 16 bits; how often they have begun again is counted by both sides and "
      "is part of each tag. Where the counts differ, every packet is dropped.";
  finding->remedy =
      "A sender that begins anew must take a new SSRC or a new key; one that goes on must count on "
      "when its numbers pass 65535.";
  finding->rfc = "RFC 3711 3.3.1";
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  finding->stream = direction.verdict.shown_by;
  const KeyProof proof = direction.verdict.proven<KeyProof>();
  if (proof.old_sdp) {
    describe_old_key(context, direction, proof, finding);
  } else {
    describe_counter(context, direction, proof, finding);
  }
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::srtp_key, detector, out, describe);
}
const Detector detector("audio-srtp-key", Severity::error,
                        "SRTP under a key that its sender has replaced in SDP, or with a rollover "
                        "counter that its receiver cannot have",
                        check);

}  // namespace
}  // namespace sipladder::audio_srtp_key
