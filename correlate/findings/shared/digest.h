// Credentials and challenges (RFC 3261 22, RFC 7616).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// A parameter of "Digest a=b, c="d""; commas separate here.
std::string_view digest_param(std::string_view value, std::string_view name);

// Authorization, lacking that Proxy-Authorization; and the challenges that ask for them.
std::string_view credentials_of(const SipIndex& sip);
std::string_view challenge_of(const SipIndex& sip);

// Why a request with credentials got a 401, 403 or 407.
enum class Refusal : uint8_t {
  none,         // it did not
  wrong,        // forbidden, or asked for again by whom they were meant for
  stale,        // because of a nonce that is too old
  other_realm,  // by the next proxy, which wants credentials of its own
};
Refusal refusal_of(const Model& model, MessageView& view, const TransactionRecord& txn);

// Hash of the nonce that a request answers, 0 when it has no credentials.
uint64_t nonce_of(const SipIndex& request);

// Whose credentials they are; the user of From when they do not say.
std::string user_of(const SipIndex& request);

}  // namespace sipladder
