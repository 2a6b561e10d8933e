// Secrets of TLS, as clients and servers log them (RFC 9850, once NSS's SSLKEYLOGFILE): lines
// "LABEL client_random secret", both in hex. Lines with an unknown label, malformed lines and those
// that start with # are skipped, except for "# TUPLE" (key_bindings.h).
//
// Bounds: kMaxSecrets; later ones are refused and counted. Secrets are wiped when they are
// destroyed, and nothing prints them. Threads: the one that reads packets. Errors: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "capture/key_bindings.h"

namespace sipladder {

inline constexpr size_t kMaxSecrets = 262'144;
inline constexpr size_t kMaxKeyLine = 1024;  // bytes; a longer line is skipped
inline constexpr size_t kClientRandom = 32;  // bytes (RFC 8446 section 4.1.2)

enum class SecretKind : uint8_t {
  master,            // CLIENT_RANDOM: the master secret, up to TLS 1.2
  client_early,      // of 0-RTT data (RFC 8446 section 7.1)
  client_handshake,  // this one and those below: TLS 1.3
  server_handshake,
  client_traffic,
  server_traffic,
  exporter,  // of TLS 1.3: what the keys of SRTP are derived from (RFC 8446 section 7.5)
};

// A copy of a secret, wiped with the object.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes);  // at most kMost; more are cut
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), size_}; }
  bool empty() const { return size_ == 0; }

  static constexpr size_t kMost = 64;

 private:
  std::array<uint8_t, kMost> bytes_{};
  uint8_t size_ = 0;
};

class KeyLog {
 public:
  // Adds what one line says, which comes without its line end. False when that is nothing, or
  // nothing new.
  bool add_line(std::string_view line);
  // Adds a secret that is known otherwise. The first one of a kind and client random stays; false
  // for the others.
  bool add(SecretKind kind, std::string_view client_random, std::string_view secret);

  // Null when it is not known. The pointer is valid as long as the KeyLog.
  const Secret* find(SecretKind kind, std::string_view client_random) const;
  // Whether a secret of any kind is there for this client random.
  bool knows(std::string_view client_random) const;
  const SecretBindings& bindings() const { return bindings_; }
  size_t size() const { return secrets_.size(); }
  // A source of secrets is still open: the secrets of packets that have passed may still come.
  void expect_more() { more_ = true; }
  bool may_know() const { return more_ || !secrets_.empty(); }
  uint64_t refused() const { return refused_; }

 private:
  // Client random, then the kind: all secrets of one connection stand together.
  using Name = std::array<uint8_t, kClientRandom + 1>;
  std::map<Name, Secret> secrets_;  // nodes of a map never move: no copy of a secret stays behind
  SecretBindings bindings_;
  uint64_t refused_ = 0;
  bool more_ = false;
};

// Cuts a key log that comes in pieces into lines, and adds them to `log`, which must outlive it.
class KeyLogLines {
 public:
  explicit KeyLogLines(KeyLog* log) : log_(log) {}
  ~KeyLogLines();
  void add(std::string_view piece);
  void end();  // the text has ended: what stands behind the last line end is a line, too

 private:
  void wipe();
  KeyLog* log_;
  std::string line_;
  bool too_long_ = false;
};

}  // namespace sipladder
