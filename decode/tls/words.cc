#include "decode/tls/words.h"

#include "decode/tls/names.h"

namespace sipladder {

std::string why_not_text(const TlsConnection& connection) {
  switch (connection.unread) {
    case TlsUnread::no_key:
      return "no key of this connection is known";
    case TlsUnread::no_handshake:
      return "its handshake was not captured";
    case TlsUnread::suite:
      return "version, cipher suite or compression is not supported";
    case TlsUnread::wrong_key:
      return "the key that is known does not fit";
    case TlsUnread::lost:
      return "too much is missing in the capture";
    case TlsUnread::no:
      break;
  }
  const uint64_t closed = connection.encrypted - connection.opened;
  if (closed == 0) return {};
  return std::to_string(closed) +
         (closed == 1 ? " record was not opened" : " records were not opened");
}

std::string key_needed_text(const TlsConnection& connection) {
  const bool dtls = connection.version >= kDtls13;  // which counts downwards
  if (connection.unread == TlsUnread::no_handshake && !dtls)
    return "# TUPLE " + to_string(connection.client) + " " + to_string(connection.server);
  const bool missing =
      connection.unread == TlsUnread::no_key || connection.unread == TlsUnread::wrong_key;
  if (!missing || connection.client_random.empty()) return {};
  std::string hex;
  for (const char c : connection.client_random) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<uint8_t>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  if (connection.version == kDtls13) return "EXPORTER_SECRET " + hex;
  if (connection.version < kTls13 || dtls) return "CLIENT_RANDOM " + hex;
  return "CLIENT_TRAFFIC_SECRET_0 " + hex + ", SERVER_TRAFFIC_SECRET_0 " + hex;
}

std::string_view end_word(TlsEnd end) {
  return end == TlsEnd::client ? "client" : end == TlsEnd::server ? "server" : "";
}

}  // namespace sipladder
