// What correlation reads of a SIP message: hashes and flags of a few headers. Holds no view.
// Section numbers without an RFC are of RFC 3261.
#pragma once

#include <cstdint>

#include "decode/sip_message.h"

namespace sipladder {

// What a SUBSCRIBE, its 2xx, or a NOTIFY says of the subscription (RFC 6665 4.1.2, 4.1.3).
enum class SubscriptionStep : uint8_t { none, lives, ends };

struct SipFacts {
  static constexpr uint32_t kNoTimer = UINT32_MAX;

  uint64_t call_hash = 0;  // 0: no Call-ID
  uint64_t from_tag = 0;   // 0: no tag
  uint64_t to_tag = 0;
  // Hash of branch, sent-by and method (RFC 3261 17.1.3, 17.2.3). Without the magic cookie, the
  // fields of RFC 2543 are hashed too.
  uint64_t transaction_key = 0;
  uint64_t invite_key = 0;        // of ACK and CANCEL: the INVITE with the same branch
  uint64_t previous_hop_key = 0;  // the same request one hop before, by its second Via; 0: none
  uint32_t cseq = 0;
  uint32_t session_s = 0;           // Session-Expires (RFC 4028 4); kNoTimer when it cannot be used
  uint16_t expires_s = 0;           // of an INVITE (RFC 3261 13.2.1); UINT16_MAX: that or more
  Method method = Method::unknown;  // of the request, or of CSeq for a response
  bool has_contact = false;
  bool many_contacts = false;  // of a 2xx to INVITE: more than one (RFC 3261 12.1.1)
  bool has_record_route = false;
  bool strict_route = false;  // a Record-Route without lr
  bool cookie = true;         // the topmost branch begins with z9hG4bK
  uint8_t event = 0;          // of SUBSCRIBE and NOTIFY: number of event package and id, below 64
  SubscriptionStep subscription = SubscriptionStep::none;
  bool of_call_event = false;  // REFER, its event, or kpml: mostly within the dialog of a call
  bool no_call_id = false;     // the snap length cut it off: call_hash is that of the branch
  // The message was not cut, and lacks a header by which a transaction is found (Via, Call-ID,
  // CSeq): a keep-alive, or junk.
  bool no_transaction = false;
  bool unregisters = false;  // REGISTER with Expires 0 or Contact: * (10.2.2)

  // Hash of the Call-ID and both tags, in either order: both parties send requests.
  uint64_t dialog_key() const;
};

SipFacts facts_of(const SipIndex& sip);

}  // namespace sipladder
