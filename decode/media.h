// RTP, RTCP and STUN headers, and how they are told apart by their bytes (RFC 7983, RFC 5761). Pure
// functions; all views point into the payload that was given.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "decode/address.h"

namespace sipladder {

enum class PayloadClass : uint8_t {
  sip,
  sip_keepalive,  // up to 4 bytes CR, LF or NUL, any single byte, or no payload
  rtp,            // could be RTP: version 2, lengths consistent
  rtcp,           // RTCP compound packet with consistent lengths
  stun,
  turn_channel,
  dtls,
  zrtp,           // RFC 6189
  udptl,          // T.38 fax over UDP
  relay_control,  // of a media relay: see relay_control.h
  other,
};
std::string_view to_string(PayloadClass payload_class);

// By the bytes only. `rtp` means "consistent with RTP": SDP, or progress over several packets, must
// confirm it.
PayloadClass classify_payload(std::string_view payload);

struct RtpHeader {  // RFC 3550 5.1
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  std::string_view payload;  // without CSRC, extension and padding
};
// False when the bytes are no RTP header of version 2, or too short for it.
bool parse_rtp(std::string_view bytes, RtpHeader* out);

struct RtcpReportBlock {  // RFC 3550 6.4.1, fields as on the wire
  uint32_t ssrc = 0;
  uint8_t fraction_lost = 0;
  int32_t cumulative_lost = 0;
  uint32_t highest_sequence = 0;     // received, extended by the cycles
  uint32_t jitter = 0;               // in units of the RTP clock
  uint32_t last_sr = 0;              // the middle 32 bits of an NTP time; 0: none
  uint32_t delay_since_last_sr = 0;  // in units of 1/65536 s
};
struct RtcpVoipMetrics {  // RFC 3611 4.7, as the receiver measured since it began to receive
  uint32_t ssrc = 0;
  uint8_t loss_rate = 0;     // of 256
  uint8_t discard_rate = 0;  // of 256: packets that came too early or too late to be played
  uint16_t rtt_ms = 0;       // 0: not known
};
enum class RtcpKind : uint8_t { sr, rr, sdes, bye, app, rtpfb, psfb, xr, count_ };
std::string_view to_string(RtcpKind kind);

// The first SR or RR of a compound packet, with its first report block.
struct RtcpReport {
  bool sender_report = false;
  uint32_t ssrc = 0;
  uint64_t ntp = 0;           // time of an SR, in NTP's format
  uint32_t sent_packets = 0;  // as an SR counts them
  std::optional<RtcpReportBlock> block;
  std::optional<RtcpVoipMetrics> voip;                                   // the first one
  std::array<uint8_t, static_cast<size_t>(RtcpKind::count_)> packets{};  // of each kind
};
// *out must be fresh. False when there is no RTCP packet in the bytes.
bool parse_rtcp(std::string_view bytes, RtcpReport* out);

struct StunMessage {  // RFC 8489, with what TURN adds (RFC 8656)
  uint16_t type = 0;
  std::optional<Endpoint> mapped;   // XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS
  std::optional<Endpoint> peer;     // XOR-PEER-ADDRESS
  std::optional<Endpoint> relayed;  // XOR-RELAYED-ADDRESS
  std::optional<Endpoint> other;    // OTHER-ADDRESS (RFC 5780), CHANGED-ADDRESS (RFC 3489)
  std::string_view transaction;     // its id, without the cookie
  bool change_ip = false;           // CHANGE-REQUEST (RFC 5780 7.2) for an answer from another IP
  bool change_port = false;         // likewise from another port
  uint16_t channel = 0;             // CHANNEL-NUMBER, 0 when there is none
  std::string_view data;            // DATA
  std::string_view username;        // USERNAME; of an ICE check "receiver:sender" (RFC 8445 7.2.2)
  uint16_t error = 0;               // ERROR-CODE, such as 401; 0: none

  // A Binding request that is a connectivity check of ICE.
  bool is_check() const { return type == 0x0001 && !username.empty(); }
  // A Binding request that asks a server under which address it sees the client.
  bool is_probe() const { return type == 0x0001 && username.empty(); }
  // A Binding indication: it gets no answer and keeps the path open (RFC 8445 section 11).
  bool is_indication() const { return type == 0x0011; }
  bool is_success() const { return type == 0x0101; }
  bool is_error() const { return type == 0x0111; }
  // The answer to Allocate.
  bool is_allocation() const { return type == 0x0103 && relayed; }
};
// *out must be fresh. False when the bytes are no STUN message.
bool parse_stun(std::string_view bytes, StunMessage* out);

}  // namespace sipladder
