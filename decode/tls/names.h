// Numbers of TLS and their names: cipher suites, versions, alerts. Threads: any. Pointers are to
// static rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

enum class CipherMode : uint8_t { gcm, ccm, chacha, cbc };

// One row in suites.def.
struct CipherSuite {
  uint16_t number;
  std::string_view name;
  CipherMode mode;
  const char* cipher;  // libcrypto's name, as are `mac` and `hash`
  size_t key_size;
  size_t tag_size;   // bytes of the AEAD's tag, or of the HMAC
  const char* mac;   // empty for an AEAD
  const char* hash;  // of the key schedule
  bool rsa;          // RSA key exchange: the private key of the server is enough to decrypt
};
const CipherSuite* find_suite(uint16_t number);  // null: it cannot be decrypted here

inline constexpr uint16_t kSsl3 = 0x0300;
inline constexpr uint16_t kTls10 = 0x0301;
inline constexpr uint16_t kTls11 = 0x0302;
inline constexpr uint16_t kTls12 = 0x0303;
inline constexpr uint16_t kTls13 = 0x0304;
inline constexpr uint16_t kDtls10 = 0xFEFF;
inline constexpr uint16_t kDtls12 = 0xFEFD;
inline constexpr uint16_t kDtls13 = 0xFEFC;

std::string suite_name(uint16_t number);         // "0x00FF" where it is not known
std::string tls_version_name(uint16_t version);  // "1.2"
std::string alert_name(uint8_t number);          // "alert 200" where it is not known

inline constexpr uint8_t kCloseNotify = 0;
inline constexpr uint8_t kUserCanceled = 90;
inline constexpr uint8_t kNoRenegotiation = 100;

}  // namespace sipladder
