#include "correlate/findings/shared/closed_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder {
namespace {

// The ICE checks of one party, summed up.
struct Tries {
  uint32_t requests = 0;
  std::vector<Endpoint> from, to;
  int64_t first_ns = INT64_MAX, last_ns = 0;
  uint16_t error = 0;
  uint32_t error_frame = 0;

  void add(const IceCheckRecord& check) {
    requests += check.requests;
    first_ns = std::min(first_ns, check.first_ns);
    last_ns = std::max(last_ns, check.last_ns);
    if (std::find(from.begin(), from.end(), check.src) == from.end()) from.push_back(check.src);
    if (std::find(to.begin(), to.end(), check.dst) == to.end()) to.push_back(check.dst);
    if (check.error_frame == 0) return;
    error = check.error;
    error_frame = check.error_frame;
  }
};

std::string ends_text(const std::vector<Endpoint>& ends) {
  return list_text(ends, 3, [](const Endpoint& end) { return to_string(end); });
}

Tries tries_of(const Model& model, const std::vector<uint32_t>& checks, Finding* finding) {
  Tries tries;
  for (const uint32_t index : checks) {
    const IceCheckRecord& check = model.ice_checks[index];
    tries.add(check);
    finding->evidence.push_back(check.first_frame);
    finding->evidence.push_back(check.last_frame);
    if (check.error_frame != 0) finding->evidence.push_back(check.error_frame);
  }
  return tries;
}

void describe_checks(CallContext& context, const ClosedPath& path, Finding* finding) {
  const Tries tries = tries_of(context.model, path.checks, finding);
  const Tries back = tries_of(context.model, path.checks_back, finding);
  const std::string answer =
      tries.error_frame == 0
          ? std::string("got no answer")
          : fmt::format("got error {} (frame {}) and no success", tries.error, tries.error_frame);
  finding->summary =
      fmt::format("neither party hears anything: {} ICE checks of the {} from {} to {} {} in {}",
                  tries.requests, party_text(path.from), ends_text(tries.from), ends_text(tries.to),
                  answer, seconds_text(tries.last_ns - tries.first_ns));
  if (back.requests != 0)
    finding->summary += fmt::format(", nor did {} from {}", back.requests, ends_text(back.from));
  finding->explanation =
      "Each party checks the other's candidates before it sends (RFC 8445 7). None of them "
      "answered, so there is no pair to send over, and no RTP is here.";
  finding->remedy =
      "Let UDP pass between these addresses, or give both sides a TURN server. If checks are "
      "answered with an error, the ice-ufrag and ice-pwd of the two SDPs do not belong together: "
      "find who rewrote them.";
  finding->rfc = "RFC 8445 7.2.5";
}

void describe_handshake(const HandshakeRecord& handshake, Finding* finding) {
  finding->evidence.push_back(handshake.first_frame);
  finding->evidence.push_back(handshake.last_frame);
  const std::string who = fmt::format("the DTLS handshake of {} with {}",
                                      to_string(handshake.client), to_string(handshake.server));
  const std::string counts =
      fmt::format("{} ClientHello and {} ServerHello in {}", handshake.client_hellos,
                  handshake.server_hellos, seconds_text(handshake.last_ns - handshake.first_ns));
  std::string end;
  if (handshake.alert != 0) {
    end = fmt::format("ended with alert {} of {} (frame {})", handshake.alert,
                      to_string(handshake.alert_by_client ? handshake.client : handshake.server),
                      handshake.last_frame);
  } else if (handshake.server_step == DtlsStep::none) {
    end = "got no answer";
  } else {
    end = fmt::format("got no further than {} of the client and {} of the server",
                      to_string(handshake.client_step), to_string(handshake.server_step));
  }
  finding->summary = fmt::format("neither party hears anything: {} {}: {}", who, end, counts);
  finding->explanation =
      "The keys of SRTP come out of this handshake (RFC 5764): before it is complete nobody may "
      "send, and no RTP is here.";
  finding->remedy =
      "Capture at the receiver. If the packets do not arrive there, let large UDP and IP fragments "
      "pass on the way. If they do, compare a=setup and a=fingerprint of both SDPs.";
  finding->rfc = "RFC 5764 3";
}

void describe_roles(CallContext& context, const ClosedPath& path, Finding* finding) {
  const auto& audio_sdps = context.audio.negotiation.audio_sdps;
  const AudioSdp& offer = audio_sdps[path.roles->offer];
  const AudioSdp& answer = audio_sdps[path.roles->answer];
  const uint32_t offer_frame = context.message(offer.message).frame;
  const uint32_t answer_frame = context.message(answer.message).frame;
  finding->message = answer.message;
  finding->evidence.insert(finding->evidence.end(), {offer_frame, answer_frame});
  const std::string_view so = answer.setup == "active"    ? "neither takes the other's hello"
                              : answer.setup == "passive" ? "both wait for the other's hello"
                                                          : "nothing says who says hello";
  finding->summary = fmt::format(
      "neither party hears anything: to a=setup:{} (frame {}) the {} answers a=setup:{} (frame "
      "{}), "
      "so {}: no DTLS handshake completes",
      offer.setup, offer_frame, party_text(answer.author), answer.setup, answer_frame, so);
  finding->explanation =
      "One side must be active and the other passive; an answer to actpass chooses (RFC 4145 4.1). "
      "Without the handshake there are no keys, and no RTP is here.";
  finding->remedy = "Correct a=setup of the answering side, or of the device that rewrote its SDP.";
  finding->rfc = "RFC 8842 5.3";
}

}  // namespace

void describe_closed_path(CallContext& context, Finding* finding) {
  const ClosedPath& path = *context.audio.closed_path;
  finding->confidence = Confidence::likely;
  if (path.handshake) {
    describe_handshake(context.model.handshakes[*path.handshake], finding);
  } else {
    describe_checks(context, path, finding);
  }
  if (path.roles) describe_roles(context, path, finding);  // the reason replaces the symptom
}

}  // namespace sipladder
