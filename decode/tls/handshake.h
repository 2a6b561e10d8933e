// Handshake messages of TLS (RFC 8446 section 4, RFC 5246 section 7.4) and certificates (RFC 5280),
// as far as they are needed to follow a connection. What is cut or makes no sense is left out.
//
// Bounds: a message of up to kMaxHandshake bytes is kept; a longer one is skipped. Lists are cut at
// kMaxNamed. Texts are hostile: they must be escaped when they are printed. Threads: any, for
// different objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

inline constexpr size_t kMaxHandshake = 64 << 10;
inline constexpr size_t kMaxNamed = 16;       // versions, protocols, names of a certificate
inline constexpr size_t kMaxNameBytes = 256;  // of each

enum class HandshakeType : uint8_t {
  client_hello = 1,
  server_hello = 2,
  end_of_early_data = 5,
  encrypted_extensions = 8,
  certificate = 11,
  client_key_exchange = 16,
  finished = 20,
  key_update = 24,
};

struct ClientHello {
  std::string random;
  std::string session_id;
  std::vector<uint16_t> versions;  // offered, the newest first; GREASE (RFC 8701) left out
  std::vector<uint16_t> suites;
  std::string server_name;        // RFC 6066 3
  std::vector<std::string> alpn;  // RFC 7301
  bool early_data = false;
};
struct ServerHello {
  uint16_t version = 0;
  std::string random;
  std::string session_id;
  uint16_t suite = 0;
  uint8_t compression = 0;
  std::string alpn;
  bool retry = false;             // a HelloRetryRequest
  bool encrypt_then_mac = false;  // RFC 7366
  bool extended_master = false;   // RFC 7627
};
struct Certificate {
  std::string subject;             // "CN=sip.example.com, O=Example"
  std::vector<std::string> names;  // DNS names, addresses and URIs that it is valid for
  std::string issuer;
  int64_t not_before_ns = 0;  // 0: not known
  int64_t not_after_ns = 0;
};
struct EncryptedExtensions {
  std::string alpn;
  bool early_data = false;  // the server accepts 0-RTT data
};

// All of these take the body of a message, behind its type and length.
std::optional<ClientHello> parse_client_hello(std::string_view body);
std::optional<ServerHello> parse_server_hello(std::string_view body);
EncryptedExtensions parse_encrypted_extensions(std::string_view body);
// The first certificate of a Certificate message, which is that of the sender. nullopt when there
// is none that can be read.
std::optional<Certificate> parse_certificates(std::string_view body, uint16_t version);

// Cuts handshake messages out of the content of records (RFC 8446 5.1).
class HandshakeReader {
 public:
  void add(std::string_view content);
  // A handshake message. One that was too long to be kept is not `whole`, and its body is empty.
  struct Message {
    HandshakeType type;
    std::string body;
    bool whole = true;
  };
  std::optional<Message> next();
  void clear() {
    bytes_.clear();
    skip_ = 0;
  }
  size_t buffered() const { return bytes_.size(); }

 private:
  std::string bytes_;
  size_t skip_ = 0;  // bytes left of a message that is too long
};

}  // namespace sipladder
