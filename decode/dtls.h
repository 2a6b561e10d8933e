// Handshakes of DTLS (RFC 6347, RFC 9147), as far as a bystander can read them: all that comes
// before encryption.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

enum class DtlsStep : uint8_t {  // in the order of a handshake
  none,
  client_hello,
  hello_verify,
  server_hello,
  certificate,
  key_exchange,
  server_hello_done,
  client_key_exchange,
  encrypted,  // what comes from here on cannot be read
};
std::string_view to_string(DtlsStep step);  // "ClientHello"

struct DtlsPacket {
  DtlsStep furthest = DtlsStep::none;
  bool client_hello = false;
  bool server_hello = false;
  bool hello_verify = false;
  std::string_view random;  // of a ClientHello
  // Of a ServerHello: what the keys of SRTP are made of (RFC 5764 4).
  std::string_view server_random;
  uint16_t version = 0;
  uint16_t suite = 0;
  uint16_t srtp_profile = 0;  // use_srtp; 0: none
  uint8_t fatal_alert = 0;

  bool is_handshake() const { return furthest != DtlsStep::none || fatal_alert != 0; }
};
// Of a payload of PayloadClass::dtls; what is cut or makes no sense is left out.
DtlsPacket parse_dtls(std::string_view bytes);

}  // namespace sipladder
