// audio-srtp-mismatch: RTP/SAVP on one side and RTP/AVP on the other, or SRTP for which offer and
// answer give no usable keys, or whose DTLS handshake never completes.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_srtp_mismatch {
namespace {

struct Sides {
  const AudioSdp& offer;
  const AudioSdp& answer;
  uint32_t offer_frame;
  uint32_t answer_frame;
};

std::string keys_text(const AudioSdp& audio_sdp) {
  return !audio_sdp.keyed ? "no key" : audio_sdp.fingerprint ? "a=fingerprint" : "a=crypto";
}

std::string crypto_text(const AudioSdp& audio_sdp) {
  std::string text;
  for (const CryptoLine& line : audio_sdp.crypto)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", line.tag, line.suite);
  return text;
}

const AudioSdp& misfit(const Sides& sides) {
  const auto fits = [](const CryptoLine& line) { return line.key_fits; };
  const auto& crypto = sides.answer.crypto;
  return std::all_of(crypto.begin(), crypto.end(), fits) ? sides.offer : sides.answer;
}

std::string problem_text(const Sides& sides, KeyProblem problem) {
  const auto& [offer, answer, offer_frame, answer_frame] = sides;
  switch (problem) {
    case KeyProblem::transport:
      return fmt::format("the {} says {} (frame {}), the {} {} (frame {})",
                         party_text(offer.author), offer.secure ? "SRTP" : "RTP", offer_frame,
                         party_text(answer.author), answer.secure ? "SRTP" : "RTP", answer_frame);
    case KeyProblem::no_key:
    case KeyProblem::no_common_way:
      return fmt::format("for SRTP the {} gives {} (frame {}), the {} {} (frame {})",
                         party_text(offer.author), keys_text(offer), offer_frame,
                         party_text(answer.author), keys_text(answer), answer_frame);
    case KeyProblem::not_offered:
      return fmt::format(
          "the {} answers with a=crypto {} (frame {}), but {} was offered (frame {})",
          party_text(answer.author), crypto_text(answer), answer_frame, crypto_text(offer),
          offer_frame);
    case KeyProblem::key_length: {
      const bool of_answer = &misfit(sides) == &answer;
      return fmt::format("the key of the {} (frame {}) does not have the length that {} needs",
                         party_text(of_answer ? answer.author : offer.author),
                         of_answer ? answer_frame : offer_frame, answer.crypto.front().suite);
    }
  }
  return {};
}

void describe(CallContext& context, const AudioDirection& direction, Finding* finding) {
  finding->explanation =
      "The transport of the answer must be that of the offer; SRTP needs a=crypto (RFC 4568), one "
      "line of the offer taken with its tag and suite, or a=fingerprint of both sides (RFC 5763).";
  finding->remedy = "Set both sides to the same media encryption, or let an SBC translate.";
  if (!context.audio.key_fault) {
    add_negotiation_evidence(context, finding);
    finding->summary = fmt::format("{}: the {} says SRTP and gives no key",
                                   hears_nothing(context, direction), party_text(direction.from));
    finding->rfc = "RFC 4568 5.1.2";
    return;
  }
  const KeyFault& fault = *context.audio.key_fault;
  const auto& audio_sdps = context.audio.negotiation.audio_sdps;
  const AudioSdp& offer = audio_sdps[fault.pair.offer];
  const AudioSdp& answer = audio_sdps[fault.pair.answer];
  const Sides sides{offer, answer, context.message(offer.message).frame,
                    context.message(answer.message).frame};
  finding->message = answer.message;
  finding->dialog = context.message(answer.message).dialog;
  finding->txn = context.message(answer.message).txn;
  finding->evidence = {sides.offer_frame, sides.answer_frame};
  const std::string since =
      fault.since_ns == 0
          ? std::string()
          : fmt::format(" more after {}", seconds_text(fault.since_ns - context.audio.answer_ns));
  finding->summary =
      fmt::format("neither party hears anything{}: {}", since, problem_text(sides, fault.problem));
  finding->rfc = fault.problem == KeyProblem::transport       ? "RFC 3264 6.1"
                 : fault.problem == KeyProblem::no_key        ? "RFC 4568 5.1.2"
                 : fault.problem == KeyProblem::no_common_way ? "RFC 3264 6"
                 : fault.problem == KeyProblem::key_length    ? "RFC 4568 6.1"
                                                              : "RFC 4568 5.1.3";
}

extern const Detector detector;
void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::srtp_mismatch, detector, out, describe);
}
const Detector detector(
    "audio-srtp-mismatch", Severity::error,
    "one side asks for SRTP and the other for RTP, or SRTP without a key that both know or a "
    "handshake",
    check);

}  // namespace
}  // namespace sipladder::audio_srtp_mismatch
