// Secrets of TLS, as clients and servers log them (RFC 9850, once NSS's SSLKEYLOGFILE): lines
// "LABEL client_random secret" in hex. Unknown labels, lines that start with # and lines that are
// none are skipped.
//
// Bounds: kMaxSecrets; those that come later are refused and counted. Secrets are wiped when they
// go, and nothing prints them. Threads: the one that reads packets. Errors: none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sipladder {

inline constexpr size_t kMaxSecrets = 262'144;
inline constexpr size_t kMaxKeyLine = 1024;  // a longer line is none
inline constexpr size_t kClientRandom = 32;

enum class SecretKind : uint8_t {
  master,            // CLIENT_RANDOM: the master secret, up to TLS 1.2
  client_early,      // 0-RTT data (RFC 8446 7.1)
  client_handshake,  // the others of TLS 1.3
  server_handshake,
  client_traffic,
  server_traffic,
};

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
  // One line without its end. False when it gives no secret.
  bool add_line(std::string_view line);
  // A secret that is known otherwise. The first one of its kind stays.
  bool add(SecretKind kind, std::string_view client_random, std::string_view secret);

  const Secret* find(SecretKind kind, std::string_view client_random) const;
  // Any of the kinds.
  bool knows(std::string_view client_random) const;
  size_t size() const { return secrets_.size(); }
  // A source of secrets is still open: those of packets that have come may come later.
  void expect_more() { more_ = true; }
  bool may_know() const { return more_ || !secrets_.empty(); }
  uint64_t refused() const { return refused_; }

 private:
  using Name = std::array<uint8_t, kClientRandom + 1>;  // and the kind: those of one are together
  std::map<Name, Secret> secrets_;  // its nodes never move, so that no copy is left behind
  uint64_t refused_ = 0;
  bool more_ = false;
};

// Cuts lines out of text that comes in pieces.
class KeyLogLines {
 public:
  explicit KeyLogLines(KeyLog* log) : log_(log) {}
  ~KeyLogLines();
  void add(std::string_view piece);
  void end();  // what stands behind the last line end

 private:
  void wipe();
  KeyLog* log_;
  std::string line_;
  bool too_long_ = false;
};

}  // namespace sipladder
