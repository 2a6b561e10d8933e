// What is kept in memory of what goes with media: RTCP, ICE, DTLS, TURN, STUN, keep-alives, ICMP.
// Times are nanoseconds since the epoch; 0 means "did not happen".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/ids.h"
#include "decode/address.h"
#include "decode/dtls.h"

namespace sipladder {

// What one source says by RTCP to one receiver: of a stream that the capture does not show, this is
// all that is known.
struct RtcpRecord {
  Endpoint src;
  Endpoint dst;
  uint32_t ssrc = 0;     // of who reports
  uint32_t about = 0;    // SSRC that its newest block tells of
  uint32_t highest = 0;  // received of it
  int64_t block_ns = 0;  // when that was said
  uint32_t block_frame = 0;
  uint8_t fraction_lost = 0;  // of 256, by that block
  uint32_t repeated = 0;      // blocks that tell of no progress since the one before
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
  // What names the keys of SRTP that come out of it, and what they are made of (RFC 5764 4.2).
  std::array<char, 32> client_random{}, server_random{};
  uint16_t version = 0;  // 0: no ServerHello is here
  uint16_t suite = 0;
  uint16_t srtp_profile = 0;  // 0: none was chosen
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
  uint64_t transaction = 0;  // hash of its id
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
  uint8_t ttl = 0;                              // of the first request
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
