// Records of SIP: messages, transactions, dialogs, calls. Records are small, trivially copyable and
// name each other by id. Text stays in the file and is read again through PacketLog (see
// message_view.h). Times are nanoseconds since the epoch; 0 means "did not happen". An id of 0
// means "none". Section numbers without an RFC are of RFC 3261.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "capture/packet.h"
#include "correlate/model/ids.h"
#include "decode/datagram.h"
#include "decode/sdp.h"
#include "decode/sip_message.h"

namespace sipladder {

struct MessageRecord {
  int64_t time_ns = 0;
  uint64_t offset = 0;  // with `store` and `length`: where the bytes are
  uint32_t length = 0;
  uint32_t frame = 0;
  CallId call;
  DialogId dialog;
  TransactionId txn;
  MessageId next_in_call;
  MessageId previous_in_txn;
  // Of a retransmission: the first transmission. Of a capture duplicate: the transmission that was
  // captured twice.
  MessageId original;
  EndpointId src;
  EndpointId dst;
  uint32_t cseq = 0;
  uint32_t content_hash = 0;  // of all bytes: equal ones are the same message
  uint16_t store = 0;
  uint16_t status = 0;  // 0: a request
  uint16_t ip_id = 0;
  uint16_t source = 0;
  uint8_t point = 0;                    // as in Packet
  Method method : 4 = Method::unknown;  // of the request, or of CSeq for a response
  Transport transport : 4 = Transport::udp;
  bool has_sdp : 1 = false;
  bool malformed : 1 = false;       // breaks a rule of the syntax, and was not cut
  bool retransmission : 1 = false;  // of `original`
  bool duplicate : 1 = false;       // the packet of `original`, captured twice
  bool from_caller : 1 =
      false;  // its author (From of a request, To of a response) is the caller's side
  bool has_auth : 1 = false;   // request with Authorization or Proxy-Authorization
  bool truncated : 1 = false;  // by the snap length, or by the log
  bool logged : 1 = false;     // the source is a log of text, not a capture
  bool inferred : 1 = false;   // one of its addresses was told from headers: see Packet
  bool has_to_tag : 1 = false;
  bool has_rseq : 1 = false;       // a reliable provisional response (RFC 3262)
  bool no_contact : 1 = false;     // INVITE, or a 2xx to it, without Contact
  bool many_contacts : 1 = false;  // 2xx to INVITE with more than one Contact
  bool no_qop : 1 = false;         // 401 or 407 whose challenges have no qop
  bool timed_out : 1 = false;      // a BYE whose Reason names a timer
  bool went_out : 1 = false;       // Way::out
  SdpGlance sdp;

  bool is_request() const { return status == 0; }
  bool is_copy() const { return retransmission || duplicate; }
  PacketRef ref() const { return {offset, length, store}; }
  // Same CSeq number and method. For two messages of one author this means: the same request, or
  // responses to the same request, on any hop.
  bool is_in_exchange_of(const MessageRecord& other) const {
    // Each party counts its own requests.
    const bool same_author =
        (from_caller == is_request()) == (other.from_caller == other.is_request());
    return cseq == other.cseq && method == other.method && same_author;
  }
};
static_assert(std::is_trivially_copyable_v<MessageRecord>);

enum class TransactionKind : uint8_t { invite, non_invite, ack_2xx };
enum class TransactionState : uint8_t {
  calling,
  trying,
  proceeding,
  completed,
  accepted,
  confirmed,
  terminated,
  timed_out,
};

// One hop of a request: the same branch, sent-by and method between the same two addresses
// (RFC 3261 17).
struct TransactionRecord {
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t first_response_ns = 0;
  int64_t final_response_ns = 0;
  CallId call;
  DialogId dialog;
  MessageId request;  // first copy; none when the capture holds responses only
  MessageId first_message;
  MessageId last_message;    // head of the chain MessageRecord::previous_in_txn
  MessageId final_response;  // first copy
  TransactionId next_in_call;
  TransactionId invite;            // of a CANCEL: what it cancels; of an ACK to a 2xx: the INVITE
  TransactionId request_path;      // the same request at the previous hop
  TransactionId next_same_branch;  // another hop that shows the same branch (both sides of a NAT, a
                                   // stateless proxy)
  EndpointId src;                  // who sent the request
  EndpointId dst;
  uint32_t cseq = 0;
  uint16_t final_status = 0;
  uint16_t provisionals = 0;
  uint16_t requests = 0;   // copies seen, capture duplicates not counted
  uint16_t responses = 0;  // copies of the final response
  uint16_t expires_s = 0;  // time that an INVITE gives the callee to answer; 0: no limit
  Method method = Method::unknown;
  TransactionKind kind = TransactionKind::non_invite;
  TransactionState state = TransactionState::trying;
  Transport transport = Transport::udp;
  // TTL or hop limit of the newest one that is no capture duplicate; 0: not known.
  uint8_t request_ttl = 0;
  uint8_t response_ttl = 0;
  bool cancel_refused = false;  // with 481: the final response had crossed the CANCEL
  // Facts of the first request and the first final response, copied so that nobody has to look at
  // the messages for them.
  bool has_auth : 1 = false;
  bool in_dialog : 1 = false;      // To tag in the request
  bool oversize : 1 = false;       // over UDP, more than RFC 3261 18.1.1 allows
  bool final_has_tag : 1 = false;  // To tag in the response
  bool cookie : 1 = true;          // the branch begins with z9hG4bK
  bool branch_reused : 1 = false;  // another request between the same hosts had the same branch
  bool cancelled : 1 = false;      // of an INVITE: a CANCEL for it was seen
  bool acked : 1 = false;          // INVITE: an ACK for its final response was seen
  uint8_t event = 0;               // SUBSCRIBE: SipFacts::event

  bool succeeded() const { return final_status / 100 == 2; }
  // The time of its Expires was over when the final response came (13.3.1).
  bool expired() const {
    return expires_s != 0 && final_response_ns - first_ns >= int64_t{expires_s} * 1'000'000'000;
  }
};

enum class DialogState : uint8_t { early, confirmed, terminated };
enum class Party : uint8_t { none, caller, callee, network };

struct DialogRecord {
  int64_t early_ns = 0;
  int64_t confirmed_ns = 0;
  int64_t ended_ns = 0;
  int64_t last_ns = 0;
  uint64_t caller_tag_hash = 0;
  uint64_t callee_tag_hash = 0;
  CallId call;
  DialogId next_in_call;
  MessageId created_by;     // first message with both tags
  MessageId caller_target;  // message whose Contact is the caller's remote target
  MessageId callee_target;
  MessageId route_set;      // message whose Record-Route set it (a 2xx or 1xx as the caller saw it)
  MessageId ended_message;  // BYE, or what ended the last subscription
  MessageId timer_set;      // the newest 2xx that agreed on a session timer; none: no timer
  uint32_t timer_s = 0;     // its interval (RFC 4028 4)
  uint64_t subscriptions = 0;  // that live in the dialog: bit SipFacts::event of each
  DialogState state = DialogState::early;
  Party ended_by = Party::none;
  bool forked = false;
  bool acked = false;         // an ACK for its 2xx was seen
  bool strict_route = false;  // a Record-Route without lr
  bool of_call = false;       // the dialog is one of an INVITE
};

enum class CallKind : uint8_t {
  call,
  registration,
  subscription,
  options,
  message,
  publish,
  other
};
enum class CallState : uint8_t {
  calling,
  ringing,
  in_call,
  completed,
  cancelled,
  busy,
  no_answer,
  redirected,
  rejected,
  failed,
  timeout,
  registering,
  registered,
  unregistered,
  pending,
  done,
};

struct CallRecord {
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  int64_t invite_ns = 0;    // first INVITE that is not within a dialog
  int64_t progress_ns = 0;  // first 180-183, else the final response that refused (post-dial delay)
  int64_t ring_ns = 0;      // first 18x to such an INVITE
  int64_t answer_ns = 0;    // first 2xx to an INVITE; else the ACK that shows an unseen one
  int64_t bye_ns = 0;       // first BYE, or 2xx to an unseen one, that ends the call for all forks
  uint64_t id_hash = 0;     // of the Call-ID
  uint64_t caller_tag_hash = 0;
  MessageId first_message;
  MessageId last_message;  // of the chain MessageRecord::next_in_call
  MessageId first_request;
  MessageId first_response;
  TransactionId first_txn, last_txn;   // chain TransactionRecord::next_in_call
  DialogId first_dialog, last_dialog;  // chain DialogRecord::next_in_call
  TransactionId first_bye;             // of the first BYE, or of the 2xx to an unseen one
  uint32_t messages = 0;
  uint32_t retransmissions = 0;
  uint32_t dialogs = 0;
  uint32_t transactions = 0;
  uint16_t final_status = 0;
  CallKind kind = CallKind::other;
  CallState state = CallState::pending;
  Party ended_by = Party::none;
  bool outcome_due = false;    // messages came since its state was decided
  bool has_malformed = false;  // MessageRecord::malformed of one of its messages
  bool unregisters = false;    // the newest REGISTER asks for Expires 0 or Contact: *
  SdpGlance sdp;               // what any SDP of the call has
  uint16_t caller_types = 0;   // SdpGlance::types of all SDP of each side
  uint16_t callee_types = 0;
  bool sdp_offered = false;   // the caller's side sent SDP, or a message that was cut
  bool sdp_answered = false;  // the callee's side did

  // The message whose From and To name the parties: the first request, else the first message.
  MessageId naming_message() const { return first_request ? first_request : first_message; }
  // Nothing more is expected of the call. What comes later may still change its state.
  bool has_ended() const {
    return state != CallState::calling && state != CallState::ringing &&
           state != CallState::in_call && state != CallState::registering &&
           state != CallState::pending;
  }
  // The network did its part: the call was answered, busy, not answered or cancelled (counted by
  // the network effectiveness ratio of ITU-T E.425).
  bool is_effective() const {
    return answer_ns != 0 || state == CallState::busy || state == CallState::no_answer ||
           state == CallState::cancelled;
  }
};

}  // namespace sipladder
