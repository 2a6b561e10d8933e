// Private RSA keys of servers. They decrypt the key exchange of suites without forward secrecy (RFC
// 5246 section 7.4.7.1), and nothing else.
//
// Bounds: kMaxRsaKeys. Threads: one. libcrypto wipes the keys when this is destroyed.
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

  // Adds the key of a PEM file; if it has a passphrase, libcrypto asks for it on the terminal. An
  // empty string, or what is wrong.
  std::string add_file(const std::string& name);
  bool empty() const { return keys_.empty(); }
  // Decrypts the premaster secret of a ClientKeyExchange with the key that fits; empty when none
  // does.
  std::string premaster(std::string_view encrypted) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  std::vector<std::unique_ptr<evp_pkey_st, Free>> keys_;
};

// Hash of the handshake messages so far, for the extended master secret (RFC 7627 section 3).
// `hash`: that of the suite; up to TLS 1.1, MD5 and SHA-1 are used in its place.
std::string session_hash(uint16_t version, const char* hash, std::string_view messages);

}  // namespace sipladder
