// Private RSA keys of servers: they open the key exchange of suites without forward secrecy
// (RFC 5246 7.4.7.1), and nothing else.
//
// Bounds: kMaxRsaKeys. Threads: one. Keys are wiped by libcrypto when they go.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace sipladder {

inline constexpr size_t kMaxRsaKeys = 16;

class RsaKeys {
 public:
  RsaKeys();
  ~RsaKeys();

  // A PEM file; its passphrase, if it has one, is asked on the terminal. An empty string, or what
  // is wrong.
  std::string add_file(const std::string& name);
  bool empty() const { return keys_.empty(); }
  // Of a ClientKeyExchange: the premaster secret, by the key that fits; empty when none does.
  std::string premaster(std::string_view encrypted) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  std::vector<std::unique_ptr<evp_pkey_st, Free>> keys_;
};

// Hash of the handshake so far, as the extended master secret wants it (RFC 7627 3). `hash`: of the
// suite; up to TLS 1.1 it is another one.
std::string session_hash(uint16_t version, const char* hash, std::string_view messages);

}  // namespace sipladder
