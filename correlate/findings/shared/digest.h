// Credentials and challenges (RFC 3261 22, RFC 7616).
//
// string_views point into the text or SipIndex that was given, and live as long as it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// A parameter of a value like `Digest realm="a", nonce="b"`, without its quotes. Empty when the
// value is not of scheme Digest or has no such parameter.
std::string_view digest_param(std::string_view value, std::string_view name);

// Value of Authorization, else of Proxy-Authorization; empty when there is neither.
std::string_view credentials_of(const SipIndex& sip);
// Value of WWW-Authenticate, else of Proxy-Authenticate; empty when there is neither.
std::string_view challenge_of(const SipIndex& sip);

// Why a request with credentials got a 401, 403 or 407.
enum class Refusal : uint8_t {
  none,         // it got none of these, or had no credentials
  wrong,        // 403, or the realm that the credentials are for asks again
  stale,        // the nonce is too old (stale=true)
  other_realm,  // another host on the way asks for credentials of its own
};
Refusal refusal_of(const Model& model, MessageView& view, const TransactionRecord& txn);

// Hash of the nonce in the credentials of a request; 0 when it has none.
uint64_t nonce_of(const SipIndex& request);

// The user name in the credentials of a request, else the user of From.
std::string user_of(const SipIndex& request);

}  // namespace sipladder
