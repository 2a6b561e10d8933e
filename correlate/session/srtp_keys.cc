#include "correlate/session/srtp_keys.h"

#include <algorithm>

namespace sipladder {
namespace {

// The party tells no key in any SDP of the call, and no ZRTP was seen that agrees on one in the
// media.
bool lacks_key(const Model& model, const Negotiation& negotiation, Party author) {
  if (model.accounting.classes[static_cast<size_t>(PayloadClass::zrtp)] != 0) return false;
  return std::none_of(
      negotiation.audio_sdps.begin(), negotiation.audio_sdps.end(),
      [&](const AudioSdp& audio_sdp) { return audio_sdp.author == author && audio_sdp.keyed; });
}

// DTLS needs the fingerprints of both parties; when media passes in both ways, it had them. With
// a=crypto each party tells the key of what it sends, so one party can lack a key.
bool cannot_agree_on_key(const Model& model, const Negotiation& negotiation, const AudioSdp& offer,
                         const AudioSdp& answer, bool both_ways) {
  const bool offer_lacks = lacks_key(model, negotiation, offer.author);
  const bool answer_lacks = lacks_key(model, negotiation, answer.author);
  const bool handshake = offer.fingerprint || answer.fingerprint;
  return (offer_lacks && answer_lacks) ||
         (handshake && !both_ways && (offer_lacks || answer_lacks));
}

// The answer takes one line of the offer, with its tag and its suite (RFC 4568 5.1.2). Otherwise
// the offerer must refuse the answer (5.1.3). When the keys of both do not fit, somebody has masked
// them in the capture.
std::optional<KeyProblem> problem_of_crypto(const AudioSdp& offer, const AudioSdp& answer,
                                            bool both_ways) {
  bool suite_offered = false, key_misfits = false;
  for (const CryptoLine& taken : answer.crypto) {
    for (const CryptoLine& line : offer.crypto) {
      if (line.suite != taken.suite) continue;
      suite_offered = true;
      if (line.tag != taken.tag) continue;
      if (line.key_fits == taken.key_fits) return std::nullopt;
      key_misfits = true;
    }
  }
  if (key_misfits) return KeyProblem::key_length;
  // Some offerers look at the suite alone, and the call goes on.
  if (suite_offered && both_ways) return std::nullopt;
  return KeyProblem::not_offered;
}

std::optional<KeyProblem> problem_of(const Model& model, const Negotiation& negotiation,
                                     const OfferAnswer& pair, bool both_ways) {
  const AudioSdp& offer = negotiation.audio_sdps[pair.offer];
  const AudioSdp& answer = negotiation.audio_sdps[pair.answer];
  const bool chosen = offer.offers_transport && answer.chose_transport;
  if (offer.secure != answer.secure && !chosen) return KeyProblem::transport;
  if (!answer.secure) return std::nullopt;
  if (cannot_agree_on_key(model, negotiation, offer, answer, both_ways)) return KeyProblem::no_key;
  const bool otherwise = offer.other_keys || answer.other_keys || !offer.keyed || !answer.keyed ||
                         (offer.fingerprint && answer.fingerprint);
  if (otherwise) return std::nullopt;
  if (!offer.crypto.empty() && !answer.crypto.empty())
    return problem_of_crypto(offer, answer, both_ways);
  if (both_ways) return std::nullopt;
  return KeyProblem::no_common_way;
}

// Both messages passed between the same two hosts.
bool pass_one_hop(const Model& model, const AudioSdp& a, const AudioSdp& b) {
  const MessageRecord& one = model.messages[a.message];
  const MessageRecord& other = model.messages[b.message];
  const auto ip = [&](EndpointId id) -> const IpAddress& { return model.endpoints[id].ip; };
  return (ip(one.src) == ip(other.src) && ip(one.dst) == ip(other.dst)) ||
         (ip(one.src) == ip(other.dst) && ip(one.dst) == ip(other.src));
}

}  // namespace

std::optional<KeyFault> key_fault_of(const Model& model, const Negotiation& negotiation,
                                     bool both_ways) {
  const auto& audio_sdps = negotiation.audio_sdps;
  std::optional<KeyFault> fault;
  std::vector<OfferAnswer> agreed;
  for (const OfferAnswer& pair : negotiation.pairs) {
    if (!audio_sdps[pair.offer].usable || !audio_sdps[pair.answer].usable) continue;
    const AudioSdp& answer = audio_sdps[pair.answer];
    const auto is_here = [&](const OfferAnswer& other) {
      return pass_one_hop(model, audio_sdps[other.answer], answer);
    };
    const auto problem = problem_of(model, negotiation, pair, both_ways);
    if (!problem) {
      agreed.push_back(pair);
      if (fault && is_here(fault->pair)) fault.reset();
      continue;
    }
    const auto before = std::find_if(agreed.begin(), agreed.end(), is_here);
    // Another answer to the same offer was right.
    const bool answered_well =
        std::any_of(agreed.begin(), agreed.end(),
                    [&](const OfferAnswer& other) { return other.offer == pair.offer; });
    if (fault || answered_well) continue;
    fault = KeyFault{*problem, pair, before == agreed.end() ? 0 : answer.time_ns};
  }
  return fault;
}

std::optional<OfferAnswer> clash_of_roles(const Model& model, const Negotiation& negotiation) {
  const auto& audio_sdps = negotiation.audio_sdps;
  std::vector<OfferAnswer> right, clashes;
  for (const OfferAnswer& pair : negotiation.pairs) {
    const AudioSdp& offer = audio_sdps[pair.offer];
    const AudioSdp& answer = audio_sdps[pair.answer];
    if (!offer.usable || !answer.usable || !offer.fingerprint || !answer.fingerprint) continue;
    const bool one_role = answer.setup == "active" || answer.setup == "passive";
    const bool clash = answer.setup == "actpass" || (one_role && offer.setup == answer.setup);
    (clash ? clashes : right).push_back(pair);
  }
  for (const OfferAnswer& clash : clashes) {
    const bool is_right = std::any_of(right.begin(), right.end(), [&](const OfferAnswer& other) {
      return pass_one_hop(model, audio_sdps[other.answer], audio_sdps[clash.answer]);
    });
    if (!is_right) return clash;
  }
  return std::nullopt;
}

bool sends_without_key(const Model& model, const Negotiation& negotiation, Party author) {
  const bool secure =
      std::any_of(negotiation.pairs.begin(), negotiation.pairs.end(), [&](const OfferAnswer& pair) {
        return negotiation.audio_sdps[pair.offer].usable &&
               negotiation.audio_sdps[pair.answer].secure &&
               negotiation.audio_sdps[pair.answer].usable;
      });
  const auto& audio_sdps = negotiation.audio_sdps;
  const bool handshake =
      std::any_of(audio_sdps.begin(), audio_sdps.end(),
                  [](const AudioSdp& audio_sdp) { return audio_sdp.fingerprint; });
  return secure && !handshake && lacks_key(model, negotiation, author);
}

}  // namespace sipladder
