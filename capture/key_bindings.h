// Which secrets belong to a TLS connection whose handshake was not captured. Comment lines of a key
// log say so (docs/tls.md):
//
//   # TUPLE CLIENT SERVER CLIENT_RANDOM [SERVER_RANDOM [SUITE]]
//
// CLIENT and SERVER are ADDRESS:PORT, with [ ] around an IPv6 address; the randoms are hex; SUITE
// is its number in hex. Up to TLS 1.2 keys cannot be made without the last two; "-" is a word that
// is not known. Whoever reads key logs otherwise takes the line for a comment.
//
// Bounds: kMaxBindings; later ones are refused. kMaxOfEnds of the same ends, the newest. Threads:
// the one that reads packets. Errors: malformed lines are skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipladder {

struct SecretBinding {
  std::string client_random;
  std::string server_random;  // empty: not said
  uint16_t suite = 0;         // 0: not said
  bool operator==(const SecretBinding&) const = default;
};

class SecretBindings {
 public:
  static constexpr size_t kMaxBindings = 65'536;
  static constexpr size_t kMaxOfEnds = 4;

  // False when the line, which comes without its line end, binds nothing.
  bool add_line(std::string_view line);
  // Newest first. `client` and `server` as to_string() of an Endpoint has them.
  std::vector<SecretBinding> of(const std::string& client, const std::string& server) const;
  bool empty() const { return by_ends_.empty(); }

 private:
  std::map<std::pair<std::string, std::string>, std::vector<SecretBinding>> by_ends_;
  size_t count_ = 0;
};

}  // namespace sipladder
