// Handshakes of DTLS (RFC 6347, RFC 9147), up to where encryption begins. Pure functions; the views
// point into the payload.
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
  encrypted,  // a record that cannot be read without keys, or the ChangeCipherSpec before it
};
std::string_view to_string(DtlsStep step);  // "ClientHello"

struct DtlsPacket {
  DtlsStep furthest = DtlsStep::none;
  bool client_hello = false;
  bool server_hello = false;
  bool hello_verify = false;
  std::string_view random;  // of a ClientHello; empty when there is none
  // Of a ServerHello: what the keys of SRTP are derived from (RFC 5764 section 4.2).
  std::string_view server_random;
  uint16_t version = 0;
  uint16_t suite = 0;
  uint16_t srtp_profile = 0;  // of the use_srtp extension; 0: none, or it is encrypted (1.3)
  uint8_t fatal_alert = 0;    // its description; 0: none

  bool is_handshake() const { return furthest != DtlsStep::none || fatal_alert != 0; }
};
// Reads a payload of PayloadClass::dtls. What is cut or makes no sense is left out.
DtlsPacket parse_dtls(std::string_view bytes);

}  // namespace sipladder
