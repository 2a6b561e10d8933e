// TLS connections that carry signalling, as far as that shows without decrypting them.
//
// Pointers to connections are into Model::tls, and valid until the model changes.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "correlate/analysis/analysis.h"

namespace sipladder {

inline constexpr uint16_t kSips = 5061;  // RFC 3261 19.1.2

// The connection itself shows that it carries SIP: by the protocol that it offers (ALPN, RFC 7301),
// by port 5061 of sips (RFC 3261 19.1.2), or by SIP that was decrypted in it.
bool shows_signalling(const TlsConnection& connection);
bool is_web_port(uint16_t port);

// Hosts and ports that SIP in the clear names for TLS or WSS. Only the first request of the first
// 500 calls is read.
class TlsNames {
 public:
  explicit TlsNames(CaptureContext& context);
  // The server is named, or its port is named with any host.
  bool has(const TlsConnection& connection) const;
  // The server is named, by its address or its server name.
  bool has_host(const TlsConnection& connection) const;

 private:
  void add(std::string_view host, std::optional<uint16_t> port);
  void add_uri(std::string_view text);
  void read(const SipIndex& sip);

  std::set<std::pair<std::string, uint16_t>> hosts_;  // port 0: none is named
  std::set<uint16_t> ports_;
};

// Connections that show signalling themselves, or whose server SIP in the clear names. Other TLS of
// a host that speaks SIP is not among them.
std::vector<const TlsConnection*> signalling_over_tls(CaptureContext& context);
// The same client host completed a handshake with this server after `failed` began.
bool succeeds_later(const std::vector<const TlsConnection*>& all, const TlsConnection& failed);
// The server's certificate is known, and its validity does not cover the time of the handshake.
bool is_out_of_date(const TlsConnection& connection);
// The client ended the handshake: by an alert about the certificate, or without an alert.
bool minds_certificate(const TlsConnection& connection);
// Those of signalling_over_tls() whose certificate is known.
std::vector<const TlsConnection*> certificates_over_tls(CaptureContext& context);

}  // namespace sipladder
