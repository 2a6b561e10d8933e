// Connections that carry TLS: between whom, how much, and what the ClientHello says in the clear
// (RFC 8446 4.1.2). What they carry cannot be read; whether it may be signalling is for others to
// say.
//
// Bounds: kMaxTlsFlows connections (by their addresses and ports); of later ones nothing is known.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/address.h"

namespace sipladder {

inline constexpr size_t kMaxTlsFlows = 1024;

struct TlsFlow {
  Endpoint client;
  Endpoint server;       // who gets the ClientHello; without one, who has the lower port
  uint64_t packets = 0;  // that begin with a TLS record
  uint32_t first_frame = 0;
  std::string server_name;  // SNI (RFC 6066 3), empty when not seen
  bool alpn_sip = false;    // RFC 7301: the client offers SIP
};

class TlsFlows {
 public:
  // A TCP payload that begins with a TLS record.
  void add(const Endpoint& src, const Endpoint& dst, std::string_view payload, uint32_t frame);
  const std::vector<TlsFlow>& flows() const { return flows_; }

 private:
  std::vector<TlsFlow> flows_;
  std::map<std::pair<Endpoint, Endpoint>, size_t> by_ends_;  // the lower end first
};

}  // namespace sipladder
