// The RTP, RTCP, STUN, DTLS and ICMP lines of a flow script (flow_script.h) as packets. *ip_id is
// the last one given. A number that is none counts as 0.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/support/flow_line.h"

namespace sipladder::build {

// Where a stream (SSRC, source, destination) has come to: its next line in the script goes on
// there.
struct FlowStream {
  unsigned next_number = 0;
  uint32_t timestamp = 0;  // RTP timestamp of a packet at time_ns
  int64_t time_ns = 0;
};
using FlowStreams = std::map<std::string, FlowStream>;

std::vector<Payload> rtp_payloads(const Line& line, uint16_t* ip_id, FlowStreams* streams);
std::vector<Payload> rtcp_payloads(const Line& line, uint16_t* ip_id);
std::vector<Payload> stun_payloads(const Line& line, uint16_t* ip_id);
std::vector<Payload> dtls_payloads(const Line& line, uint16_t* ip_id);
std::vector<Payload> tls_payloads(const Line& line);
std::vector<Payload> zrtp_payloads(const Line& line, uint16_t* ip_id);
std::vector<Payload> fax_payloads(const Line& line, uint16_t* ip_id);

std::vector<Payload> arp_payloads(const Line& line);

// Each quotes the beginning of an RTP packet from one host to the other.
std::vector<Payload> icmp_payloads(const Line& line, const Host& quoted_src, const Host& quoted_dst,
                                   uint16_t* ip_id);

}  // namespace sipladder::build
