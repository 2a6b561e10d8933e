// Whether offer and answer leave both parties the keys of SRTP: by SDES (RFC 4568), by a handshake
// of DTLS (RFC 5763), by MIKEY (RFC 4567) or in the media (ZRTP).
#pragma once

#include <cstdint>
#include <optional>

#include "correlate/model/model.h"
#include "correlate/session/offer_answer.h"

namespace sipladder {

enum class KeyProblem : uint8_t {
  transport,      // one side says SRTP, the other does not
  no_key,         // neither tells one, or one of two that must
  no_common_way,  // one side by SDES, the other by DTLS
  not_offered,    // the answer's suite, with that tag, is none of the offer's
  key_length,     // a key that is not of its suite
};

struct KeyFault {
  KeyProblem problem = KeyProblem::transport;
  OfferAnswer pair;      // of one hop
  int64_t since_ns = 0;  // it went well until then; 0: from the beginning
};

// What a later offer mends is no fault. `both_ways`: media of both parties is here.
std::optional<KeyFault> key_fault_of(const Model& model, const Negotiation& negotiation,
                                     bool both_ways);
// Offer and answer of DTLS of which neither says hello, or each to the other: both active, both
// passive, or an answer that leaves it open (RFC 8842 5.3). None when another
// answer on that hop is right.
std::optional<OfferAnswer> clash_of_roles(const Model& model, const Negotiation& negotiation);
// SRTP was agreed on, without a handshake, and this party tells no key in any SDP.
bool sends_without_key(const Model& model, const Negotiation& negotiation, Party author);

}  // namespace sipladder
