// What is kept in memory of a capture: small, trivially copyable records that name each other by
// id. Text stays in the file and is read again through PacketLog (see message_view.h). Times are
// nanoseconds since the epoch; 0 means "did not happen".
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "capture/packet.h"
#include "correlate/model/ids.h"
#include "correlate/model/rtp_sequence.h"
#include "decode/address.h"
#include "decode/datagram.h"
#include "decode/dtls.h"
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
  MessageId original;  // of a retransmission or capture duplicate: the first copy
  EndpointId src;
  EndpointId dst;
  uint32_t cseq = 0;
  uint32_t content_hash = 0;  // of all bytes: "the same message again"
  uint16_t store = 0;
  uint16_t status = 0;  // 0: a request
  uint16_t ip_id = 0;
  uint16_t source = 0;
  uint8_t point = 0;                    // as in Packet
  Method method : 4 = Method::unknown;  // of the request, or of CSeq for a response
  Transport transport : 4 = Transport::udp;
  bool has_sdp : 1 = false;
  bool malformed : 1 = false;       // whole, and breaks a rule
  bool retransmission : 1 = false;  // `original` says of what
  bool duplicate : 1 = false;       // the same packet captured twice: `original` says of what
  bool from_caller : 1 =
      false;  // its author (From of a request, To of a response) is the caller's side
  bool has_auth : 1 = false;  // request with Authorization or Proxy-Authorization
  bool truncated : 1 = false;
  bool logged : 1 = false;    // a log wrote it
  bool inferred : 1 = false;  // an address was told from its headers: see Packet
  bool has_to_tag : 1 = false;
  bool has_rseq : 1 = false;       // RFC 3262
  bool no_contact : 1 = false;     // INVITE, or a 2xx to it, without Contact
  bool many_contacts : 1 = false;  // 2xx to INVITE
  bool no_qop : 1 = false;         // 401 or 407 whose challenges have no qop
  bool timed_out : 1 = false;      // a BYE whose Reason names a timer
  SdpGlance sdp;

  bool is_request() const { return status == 0; }
  bool is_copy() const { return retransmission || duplicate; }
  PacketRef ref() const { return {offset, length, store}; }
  // Of one author: the same request, or responses to one, on whatever hop.
  bool is_in_exchange_of(const MessageRecord& other) const {
    return cseq == other.cseq && method == other.method;
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

// One hop: the same branch, sent-by and method between the same two addresses (RFC 3261 17).
struct TransactionRecord {
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t first_response_ns = 0;
  int64_t final_response_ns = 0;
  CallId call;
  DialogId dialog;
  MessageId request;  // first request, none when the capture holds responses only
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
  uint16_t expires_s = 0;  // that an INVITE gives the callee to answer; 0: no limit
  Method method = Method::unknown;
  TransactionKind kind = TransactionKind::non_invite;
  TransactionState state = TransactionState::trying;
  Transport transport = Transport::udp;
  char timer = 0;  // 'A'..'M' or 0
  bool cancelled = false;
  bool cancel_refused = false;  // 481: its final response had crossed the CANCEL
  // Of the first request and the first final response, so that nobody must look at them for it.
  bool has_auth : 1 = false;
  bool in_dialog : 1 = false;      // To tag in the request
  bool oversize : 1 = false;       // over UDP, more than RFC 3261 18.1.1 allows
  bool final_has_tag : 1 = false;  // To tag in the response
  bool cookie : 1 = true;          // the branch begins with z9hG4bK
  bool branch_reused : 1 = false;  // another request between the same hosts had the same branch
  bool acked = false;              // INVITE: an ACK for its final response was seen
  uint8_t event = 0;               // SUBSCRIBE: SipFacts::event

  bool succeeded() const { return final_status / 100 == 2; }
  // Its time was over when the callee refused it (13.3.1).
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
  uint64_t subscriptions = 0;  // that live in it: bit SipFacts::event of each
  DialogState state = DialogState::early;
  Party ended_by = Party::none;
  bool forked = false;
  bool acked = false;         // an ACK for its 2xx was seen
  bool strict_route = false;  // a Record-Route without lr
  bool of_call = false;       // an INVITE uses it
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
  int64_t invite_ns = 0;    // first INVITE; one within a dialog began nothing
  int64_t progress_ns = 0;  // first 180-183, lacking one the final response (post-dial delay)
  int64_t ring_ns = 0;      // first 18x, of that INVITE
  int64_t answer_ns = 0;    // first 2xx to INVITE
  int64_t bye_ns = 0;       // first BYE
  uint64_t id_hash = 0;     // of the Call-ID
  uint64_t caller_tag_hash = 0;
  MessageId first_message;
  MessageId last_message;  // of the chain MessageRecord::next_in_call
  MessageId first_request;
  MessageId first_response;
  TransactionId first_txn, last_txn;   // chain TransactionRecord::next_in_call
  DialogId first_dialog, last_dialog;  // chain DialogRecord::next_in_call
  TransactionId first_bye;             // of the first message that hangs up
  uint32_t messages = 0;
  uint32_t retransmissions = 0;
  uint32_t dialogs = 0;
  uint32_t transactions = 0;
  uint16_t final_status = 0;
  CallKind kind = CallKind::other;
  CallState state = CallState::pending;
  Party ended_by = Party::none;
  bool outcome_due = false;    // messages came since its state was decided
  bool has_malformed = false;  // one of its messages breaks a rule
  bool unregisters = false;    // the newest REGISTER asks for Expires 0 or Contact: *
  SdpGlance sdp;               // of all its SDP together
  uint16_t caller_types = 0;   // SdpGlance::types of all SDP of each side
  uint16_t callee_types = 0;
  bool sdp_offered = false;   // an SDP from the caller's side, or a message that was cut
  bool sdp_answered = false;  // and one from the callee's

  // From and To of the first request, lacking one of the first message, name the parties.
  MessageId naming_message() const { return first_request ? first_request : first_message; }
};

// What was heard of a stream while it passed: of each packet until the first sound.
struct VoiceListened {
  uint32_t decoded = 0;       // packets of G.711
  uint32_t others = 0;        // comfort noise and events
  uint16_t loudness = 0;      // mean square of the loudest packet, as long as none is audible
  uint16_t payload_hash = 0;  // of the newest packet of another codec
  uint8_t changes = 0;        // packets of these that differ from the one before, up to a limit
  bool audible = false;
};
// A codec that gets no sound needs some packets until its payload stays the same.
inline constexpr uint8_t kSettlingChanges = 50;

// RTP of one 5-tuple and SSRC, with the running figures of RFC 3550 (appendix A.1, A.3, A.8).
// What each packet changes comes first: a thousand streams at once, and their lines of the cache
// decide what a packet costs.
struct alignas(64) StreamRecord {
  int64_t last_ns = 0;
  int64_t delta_max_ns = 0;
  uint64_t bytes = 0;  // of RTP payload
  double jitter = 0;   // in timestamp units, running
  double jitter_sum_ms = 0;
  double jitter_max_ms = 0;
  // The newest packet of voice: jitter is between these, since telephone-events keep their
  // timestamp.
  int64_t voice_ns = 0;
  int64_t timestamp_span = 0;  // from the first packet to the newest, in timestamp units
  RtpSequence sequence;
  // Ten seconds at a time: where they began, and the worst that were.
  int64_t slice_ns = 0;
  uint32_t packets = 0;
  uint32_t in_order = 0;   // packets that followed their predecessor: the proof that this is RTP
  uint32_t type_lead = 0;  // packets by which `payload_type` leads over other voice types
  uint32_t voice_timestamp = 0;
  uint32_t last_timestamp = 0;
  uint32_t timestamp_step = 0;  // between packets of voice that follow each other
  uint32_t newest_step = 0;     // it becomes timestamp_step when it comes twice
  uint32_t clock_hz = 8000;     // 0: dynamic, not told from its timestamps yet
  uint32_t last_frame = 0;
  uint32_t payload_types[4] = {};  // bit set of the 128 payload types seen
  uint32_t points = 0;             // that saw it: bit `point` modulo 32
  uint16_t newest_ip_id = 0;
  uint16_t newest_bytes = 0;  // of the newest packet that is no event
  uint8_t voice_type = 0;
  uint8_t point = 0;         // that saw it first
  uint8_t payload_type = 0;  // of most packets that are neither telephone-event nor comfort noise
  // Of one packet in five, as far as its codec can be told from its type.
  uint32_t level_samples = 0;
  uint32_t silent_samples = 0;  // nothing to hear, comfort noise, or no signal at all
  VoiceListened listened;

  int64_t first_ns = 0;
  EndpointId src;
  EndpointId dst;
  uint32_t ssrc = 0;
  uint32_t first_frame = 0;
  uint32_t duplicates = 0;
  uint32_t copies = 0;         // of these: the packet before once more, captured twice
  uint32_t event_repeats = 0;  // telephone-events sent again under their number: no duplicates
  uint32_t late = 0;
  uint32_t elsewhere = 0;         // packets that another point captured too
  int64_t delay_ns = 0;           // of these packets together, from the one point to the other
  int64_t elsewhere_from_ns = 0;  // the first of them
  int64_t elsewhere_ns = 0;       // and the newest
  // Packets that passed while both points were capturing, and how many had when the newest of
  // `elsewhere` came.
  uint32_t covered = 0;
  uint32_t covered_until = 0;
  // Which of the 64 newest `point` showed, and which another one did, since there are two: with
  // clocks that agree but nearly, now the one shows a packet first and now the other.
  uint64_t shown_here = 0;
  uint64_t shown_elsewhere = 0;
  int64_t worst_slice_ns = 0;
  int64_t longest_loss_ns = 0;  // when it was over
  uint32_t slice_highest = 0;
  uint32_t slice_packets = 0;
  uint32_t longest_loss = 0;  // packets missing in a row
  float worst_slice_pct = 0;  // lost
  // The newest jump back of its numbers, or of its timestamps alone, and where that was.
  int64_t jump_ns = 0;
  uint32_t jump_frame = 0;
  uint32_t jump_from = 0, jump_to = 0;
  bool jump_of_time = false;
  bool early = false;  // it began before an answer to the call that named its destination
  // Where the present payload type began, until its clock is told.
  int64_t clock_from_ns = 0;
  int64_t clock_from_span = 0;
  uint32_t clock_from_packets = 0;
  uint32_t pauses = 0;  // silence suppression: pauses that the sender made itself
  uint16_t icmp_errors = 0;
  uint16_t checksums_right = 0;  // of UDP, of one packet in 31
  uint16_t checksums_wrong = 0;
  uint8_t dscp = 0;
  // From RTCP; has_rtcp tells whether any report spoke of this stream.
  bool has_rtcp = false;
  uint8_t remote_fraction_lost = 0;
  bool has_rtt = false;  // rtt_us is known
  uint16_t source = 0;   // of first_frame
  uint32_t remote_jitter = 0;
  uint32_t remote_lost = 0;
  uint32_t reported_highest = 0;  // by its newest report
  // Numbers from the first one seen here to that: remote_lost is of these.
  uint32_t reported_expected = 0;
  int64_t reported_ns = 0;       // when a report last told of a packet newer than the one before
  int64_t ahead_ns = 0;          // when one told of packets long after the newest seen here
  uint32_t stuck_reports = 0;    // since reported_ns: all is lost
  uint32_t stuck_packets = 0;    // that had passed here at reported_ns
  int64_t stuck_ns = 0;          // of the newest of these
  uint32_t received_unseen = 0;  // missing here, and not at the receiver by its newest report
  // As the receiver's own measurement says (RFC 3611 4.7), newest.
  bool has_xr = false;
  uint8_t xr_loss_rate = 0;  // of 256, with what came too late to be played
  uint16_t xr_rtt_ms = 0;
  // The newest sender report of this stream, to tell the way to the receiver and back (6.4.1).
  uint32_t report_id = 0;  // middle 32 bits of its NTP time
  uint32_t rtt_us = 0;     // between the capture point and the receiver, newest
  int64_t report_ns = 0;
  int64_t longest_gap_ns = 0;  // when delta_max_ns was over

  int64_t longest_gap_from_ns() const { return longest_gap_ns - delta_max_ns; }
  // Its newest packet before `end_ns`, as far as its longest gap tells.
  int64_t last_before(int64_t end_ns) const {
    const bool in_gap = longest_gap_from_ns() < end_ns && end_ns < longest_gap_ns;
    return in_gap ? longest_gap_from_ns() : std::min(last_ns, end_ns);
  }
  // How long of that time, but for its longest gap. Not negative.
  int64_t ran_within(int64_t begin_ns, int64_t end_ns) const {
    const auto overlap = [&](int64_t from, int64_t until) {
      return std::max<int64_t>(0, std::min(until, end_ns) - std::max(from, begin_ns));
    };
    return overlap(first_ns, last_ns) - overlap(longest_gap_from_ns(), longest_gap_ns);
  }
  // Its sender is silent whenever its user is.
  bool pauses_in_silence() const { return pauses >= 3; }
  static constexpr uint32_t bit_of(uint8_t at) { return 1U << at % 32; }
  bool seen_at(uint8_t at) const { return (points & bit_of(at)) != 0; }
  // Most packets are here twice, each copy right behind its original: the capture made them, and
  // no network.
  bool is_captured_twice() const { return copies * 10 >= (packets - copies) * 9; }
  // Different ones.
  uint32_t distinct() const { return packets - duplicates - event_repeats; }
  // Each of them once, whatever the capture did.
  uint32_t packets_once() const { return is_captured_twice() ? packets - copies : packets; }
  bool shares_point_with(const StreamRecord& other) const { return (points & other.points) != 0; }
};

// Where a stream's packets of voice are, of other than G.711: they are decoded when somebody asks
// whether there is anything to hear.
struct VoicePlaces {
  struct Place {
    uint32_t offset;  // from `base`
    uint32_t length;
  };
  uint64_t base = 0;
  std::vector<Place> places;
  uint16_t store = 0;

  // What lies too far behind the first one has no place.
  void add(const PacketRef& ref) {
    if (places.empty()) {
      base = ref.offset;
      store = ref.store;
    }
    if (ref.store != store || ref.offset < base || ref.offset - base > UINT32_MAX) return;
    places.push_back({static_cast<uint32_t>(ref.offset - base), ref.length});
  }
  uint32_t count() const { return static_cast<uint32_t>(places.size()); }
  PacketRef ref(uint32_t index) const {
    return {base + places[index].offset, places[index].length, store};
  }
};

// Where some of the first packets are of a stream that began before the answer: short runs, half a
// second apart.
struct EarlyVoice {
  static constexpr uint32_t kRun = 3;
  static constexpr uint32_t kStep = 24;
  static constexpr uint32_t kRuns = 12;
  static constexpr uint32_t kPackets = kStep * kRuns;
  PacketRef refs[kRuns * kRun];
  uint32_t count = 0;

  // The packet of that number, from 2 on.
  static bool wants(uint32_t packet) { return packet % kStep >= 2 && packet % kStep < 2 + kRun; }
  void add(const PacketRef& ref) {
    if (count < kRuns * kRun) refs[count++] = ref;
  }
};

// What one source says by RTCP to one receiver: of a stream that the capture does not show, this is
// all that is known.
struct RtcpRecord {
  Endpoint src;
  Endpoint dst;
  uint32_t ssrc = 0;     // of who reports
  uint32_t about = 0;    // SSRC that its newest block tells of
  uint32_t highest = 0;  // received of it
  int64_t block_ns = 0;  // when that was said
  // The newest two that show progress: more was received in between.
  int64_t progress_from_ns = 0;
  int64_t progress_ns = 0;
  uint32_t progress_frame = 0;
  int64_t first_ns = 0, last_ns = 0;  // of its packets
  int64_t bye_ns = 0;                 // RTCP BYE (RFC 3550 6.6)
};

// Connectivity checks of ICE (RFC 8445 7) from one end to another, of one pair of user names.
struct IceCheckRecord {
  Endpoint src;
  Endpoint dst;
  uint64_t username = 0;  // hash of "receiver:sender"
  int64_t first_ns = 0, last_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint8_t point = 0;
  uint32_t requests = 0;
  uint32_t successes = 0;  // answers that came back
  uint32_t icmp_errors = 0;
  uint16_t error = 0;  // of the newest answer that was none
  uint32_t error_frame = 0;
};

// A handshake of DTLS between two ends (RFC 6347 4.2, RFC 9147): who says what, and how far it got.
struct HandshakeRecord {
  Endpoint client;
  Endpoint server;
  uint64_t random = 0;  // hash of the client's: another one begins another handshake
  int64_t first_ns = 0, last_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint32_t client_hellos = 0;
  uint32_t server_hellos = 0;
  DtlsStep client_step = DtlsStep::none;  // the furthest that each has sent
  DtlsStep server_step = DtlsStep::none;
  uint8_t alert = 0;  // a fatal one
  bool alert_by_client = false;
  bool cookie_asked = false;  // HelloVerifyRequest: the client says hello again
};

// An address of a TURN server, and the client for which it stands (RFC 8656 7), as a point sees it:
// behind a NAT with the one address, before it with another.
struct TurnAllocation {
  Endpoint relayed;
  Endpoint client;
};

// A question to a STUN server how it sees the client (RFC 8489 2, RFC 5780 4, RFC 3489 10.1), and
// its answer as far as it passed here.
struct StunProbe {
  Endpoint client;
  Endpoint server;  // that was asked
  Endpoint answered_from;
  Endpoint mapped;                    // what the answer says; family 0: none
  Endpoint other;                     // the server's other address, when it has one
  int64_t first_ns = 0, last_ns = 0;  // of the requests
  int64_t answer_ns = 0;
  uint32_t frame = 0, answer_frame = 0;
  uint32_t asked_after_answer = 0;  // requests that came again after it: it did not arrive
  uint8_t point = 0;
  bool change_ip = false, change_port = false;  // the answer is asked for from there
};

// A packet that only keeps a NAT's binding open: empty, CRLF, or a few bytes; or a STUN request.
enum class KeepaliveKind : uint8_t { none, crlf, double_crlf, empty, stun, options, register_ };
struct Keepalive {
  int64_t time_ns = 0;
  EndpointId src, dst;
  uint32_t frame = 0;
  KeepaliveKind kind = KeepaliveKind::none;
};

struct IcmpErrorRecord {
  int64_t time_ns = 0;
  uint32_t frame = 0;
  EndpointId src;  // of the quoted packet
  EndpointId dst;
  std::optional<uint32_t> ssrc;  // of the quoted packet, when it is RTP and the quote holds it
  IpAddress from;
  uint8_t point = 0;
  uint8_t type = 0;
  uint8_t code = 0;
  uint16_t mtu = 0;  // of the next link, where the packet was too big and it is told

  bool says_too_big() const { return from.family == 4 ? type == 3 && code == 4 : type == 2; }
};

}  // namespace sipladder
