// What correlation reads of a SIP message: 5 of its ~13 headers.
#pragma once

#include <cstdint>
#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

struct SipKeys {
  std::string_view call_id;
  uint64_t call_hash = 0;
  uint64_t from_tag = 0;  // hash; 0 when there is none
  uint64_t to_tag = 0;
  uint32_t cseq = 0;
  Method method = Method::unknown;  // of the request, or of CSeq
  std::string_view method_token;    // as written: extension methods are told apart by it
  std::string_view branch;          // of the topmost Via
  uint64_t sent_by = 0;             // hash of its host and port
  bool cookie = false;  // the branch identifies the transaction by itself (RFC 3261 8.1.1.7)
};

SipKeys keys_of(const SipIndex& sip);

// Key of the transaction: branch, sent-by and method (RFC 3261 17.1.3, 17.2.3); without the magic
// cookie the RFC 2543 fields.
uint64_t transaction_key(const SipKeys& keys, std::string_view method_token);

// The same request at the previous hop, by the second Via: 0 when there is none.
uint64_t previous_hop_key(const SipIndex& sip, const SipKeys& keys);

}  // namespace sipladder
