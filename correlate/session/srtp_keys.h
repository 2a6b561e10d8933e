// Whether offer and answer give both parties the keys of SRTP: by SDES (RFC 4568), by a handshake
// of DTLS (RFC 5763), by MIKEY (RFC 4567) or in the media (ZRTP, RFC 6189).
//
// Pure functions. Threads: as Model.
#pragma once

#include <cstdint>
#include <optional>

#include "correlate/model/model.h"
#include "correlate/session/offer_answer.h"

namespace sipladder {

enum class KeyProblem : uint8_t {
  transport,      // one side says SRTP, the other does not
  no_key,         // no party tells a key; or for DTLS, one party gives no fingerprint
  no_common_way,  // one side by SDES, the other by DTLS
  not_offered,    // the offer has no line with the answer's tag and suite
  key_length,     // a key does not have the length of its suite
};

struct KeyFault {
  KeyProblem problem = KeyProblem::transport;
  OfferAnswer pair;      // the offer and the answer at fault, of one hop
  int64_t since_ns = 0;  // keys were agreed on until then; 0: from the beginning
};

// The first fault that no later offer on that hop has mended; nullopt: none. `both_ways`: the
// capture has media of both parties.
std::optional<KeyFault> key_fault_of(const Model& model, const Negotiation& negotiation,
                                     bool both_ways);
// Offer and answer whose roles in DTLS clash, so that no party or both begin the handshake: both
// are active, both are passive, or the answer says actpass (RFC 8842 5.3). nullopt when there is
// none, or when another answer on that hop is right.
std::optional<OfferAnswer> clash_of_roles(const Model& model, const Negotiation& negotiation);
// SRTP without DTLS was agreed on, and this party tells no key in any SDP.
bool sends_without_key(const Model& model, const Negotiation& negotiation, Party author);

}  // namespace sipladder
