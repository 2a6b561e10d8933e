// TLS connections that carry signalling, as far as that shows without reading them.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

// By what it offers (RFC 7301), the port of sips (RFC 3261 19.1.2), or SIP that was read in it.
bool shows_signalling(const TlsConnection& connection);
bool is_web_port(uint16_t port);

// What SIP in the clear says that it reaches over TLS or WSS: of the first request of some calls.
class TlsNames {
 public:
  explicit TlsNames(CaptureContext& context);
  bool has(const TlsConnection& connection) const;  // or a port that is named with another host
  bool has_host(const TlsConnection& connection) const;  // the server itself

 private:
  void add(std::string_view host, std::optional<uint16_t> port);
  void add_uri(std::string_view text);
  void read(const SipIndex& sip);

  std::set<std::pair<std::string, uint16_t>> hosts_;  // port 0: none is named
  std::set<uint16_t> ports_;
};

// Those that show it, or that SIP in the clear names; TLS that is only near SIP is not among them.
std::vector<const TlsConnection*> signalling_over_tls(CaptureContext& context);
// A later handshake of the same client host with this server was completed.
bool succeeds_later(const std::vector<const TlsConnection*>& all, const TlsConnection& failed);
// Its certificate is not valid when its packets pass.
bool is_out_of_date(const TlsConnection& connection);
// The client ended the handshake, and nothing but the certificate can have told it to.
bool minds_certificate(const TlsConnection& connection);
// Those of them whose certificate is known.
std::vector<const TlsConnection*> certificates_over_tls(CaptureContext& context);

}  // namespace sipladder
