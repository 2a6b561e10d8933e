// Records of the protocols that go with media: RTCP, ICE, DTLS, TURN, STUN, keep-alives, ICMP.
// Times are nanoseconds since the epoch; 0 means "did not happen". Frames are 0 likewise.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/ids.h"
#include "decode/address.h"
#include "decode/dtls.h"
#include "decode/srtp/key.h"

namespace sipladder {

// What one source says by RTCP to one receiver. This is all that is known of a stream that the
// capture does not show.
struct RtcpRecord {
  Endpoint src;
  Endpoint dst;
  uint32_t ssrc = 0;     // of the reporter
  uint32_t about = 0;    // SSRC of the stream that the newest report block is about
  uint32_t highest = 0;  // extended sequence number received of that stream
  int64_t block_ns = 0;  // time of the newest block
  uint32_t block_frame = 0;
  uint8_t fraction_lost = 0;  // of 256, by that block
  uint32_t repeated = 0;      // newest blocks in a row that show no progress
  // The newest two blocks in a row that show progress: `highest` changed from one to the other.
  int64_t progress_from_ns = 0;
  int64_t progress_ns = 0;
  uint32_t progress_frame = 0;
  int64_t first_ns = 0, last_ns = 0;  // of the reporter's RTCP
  int64_t bye_ns = 0;                 // RTCP BYE (RFC 3550 6.6)
};

// Connectivity checks of ICE (RFC 8445 7) from one end to another, of one pair of user names.
struct IceCheckRecord {
  Endpoint src;
  Endpoint dst;
  uint64_t username = 0;  // hash of the USERNAME, "receiver:sender" (RFC 8445 7.2.2)
  int64_t first_ns = 0, last_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint8_t point = 0;
  uint32_t requests = 0;
  uint32_t successes = 0;  // success responses that came back
  uint32_t icmp_errors = 0;
  uint16_t error = 0;  // code of the newest error response; 0: there was none
  uint32_t error_frame = 0;
};

// A handshake of DTLS between two ends (RFC 6347 4.2, RFC 9147), and how far each end got.
struct HandshakeRecord {
  Endpoint client;
  Endpoint server;
  uint64_t random = 0;  // hash of the client's random: another one begins another handshake
  int64_t first_ns = 0, last_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint16_t source = 0;  // of the first packet
  uint32_t client_hellos = 0;
  uint32_t server_hellos = 0;
  DtlsStep client_step = DtlsStep::none;  // the furthest step that the client has sent
  DtlsStep server_step = DtlsStep::none;  // and the server
  uint8_t alert = 0;                      // the newest fatal alert; 0: none
  bool alert_by_client = false;
  bool cookie_asked = false;  // HelloVerifyRequest: the client says hello again
  // The client's random finds the handshake's secret in a key log. The keys of SRTP are derived
  // from that secret and both randoms (RFC 5764 4.2).
  std::array<char, 32> client_random{}, server_random{};
  uint16_t version = 0;  // 0: the capture has no ServerHello
  uint16_t suite = 0;
  uint16_t srtp_profile = 0;  // 0: none was chosen, or it was encrypted (DTLS 1.3)

  DtlsSrtpInputs srtp_inputs() const {
    return {version,
            suite,
            srtp_profile,
            {client_random.data(), client_random.size()},
            {server_random.data(), server_random.size()}};
  }
};

// A relayed address of a TURN server and the client that allocated it (RFC 8656 7). Captures on
// both sides of a NAT show two addresses of one client, so they give two records.
struct TurnAllocation {
  Endpoint relayed;
  Endpoint client;
};

// A request that asks a STUN server which address of the client it sees (RFC 8489 2, RFC 5780 4,
// RFC 3489 10.1), and the response as far as the capture shows it.
struct StunProbe {
  uint64_t transaction = 0;  // hash of the transaction id
  Endpoint client;
  Endpoint server;  // to which the request went
  Endpoint answered_from;
  Endpoint mapped;                    // the client's address in the answer; family 0: none
  Endpoint other;                     // the server's other address in it; family 0: none
  int64_t first_ns = 0, last_ns = 0;  // of the requests
  int64_t answer_ns = 0;
  uint32_t frame = 0, answer_frame = 0;
  uint32_t asked_after_answer = 0;  // requests sent again after the answer: it did not arrive
  uint8_t point = 0;
  uint8_t ttl = 0;                              // of the first request
  bool change_ip = false, change_port = false;  // the answer is to come from another IP, port
};

// A packet that only keeps a NAT's binding open: empty, CRLF, a few bytes, or STUN.
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
  IpAddress from;                // who sent the ICMP error
  uint8_t point = 0;
  uint8_t type = 0;
  uint8_t code = 0;
  uint16_t mtu = 0;  // of the next link, when a packet was too big; 0: the error does not tell

  // "Port unreachable" (RFC 1122 3.2.2.1, RFC 4443 3.1).
  bool says_port_closed() const {
    return from.family == 4 ? type == 3 && code == 3 : type == 1 && code == 4;
  }
  // "Fragmentation needed" of IPv4 (RFC 1191 3), "packet too big" of IPv6 (RFC 4443 3.2).
  bool says_too_big() const { return from.family == 4 ? type == 3 && code == 4 : type == 2; }
};

}  // namespace sipladder
