// Master keys of SRTP as SDP tells them (RFC 4568): what stands in a=crypto.
//
// Secrets are wiped when they go, and nothing prints them. Threads: any. Errors: what makes no
// sense gives no key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/key_log.h"

namespace sipladder {

enum class SrtpMode : uint8_t {
  counter,  // AES in counter mode, HMAC-SHA1 (RFC 3711)
  gcm,      // AEAD (RFC 7714)
  none,     // HMAC-SHA1 alone
  other,    // not read here
};

struct SrtpSuite {
  std::string_view name;
  std::string_view before;  // as drafts had it; may be empty
  SrtpMode mode;
  uint8_t key_bytes;
  uint8_t salt_bytes;
  uint8_t tag_bytes;  // of RTP; RTCP has 10 where HMAC is used, 16 where GCM is (RFC 3711 5.2)
};
// By either name, case-insensitive. Null: unknown.
const SrtpSuite* find_srtp_suite(std::string_view name);

struct SrtpKey {
  const SrtpSuite* suite = nullptr;  // never null in what srtp_keys_of() gives
  Secret key;                        // master key, then master salt
  std::string mki;                   // stands before the tag of each packet; mostly empty
  // Session parameters (RFC 4568 6.3).
  bool encrypts = true;
  bool encrypts_rtcp = true;
  bool authenticates = true;

  bool is_same(const SrtpKey& other) const {
    return suite == other.suite && key.bytes() == other.key.bytes() && mki == other.mki;
  }
};

inline constexpr size_t kMaxSrtpKeysOfLine = 8;
inline constexpr size_t kMaxMki = 128;  // RFC 4568 6.1

// Of the value of one a=crypto line. Empty: a suite or a parameter that is not read here, or a key
// of another length.
std::vector<SrtpKey> srtp_keys_of(std::string_view crypto);

// Of both ends of a handshake of DTLS (RFC 5764 4.2), for what the client sends and what the server
// does. `profile`: of use_srtp; `version` as in DTLS, 0xFEFD.
struct DtlsSrtpInputs {
  uint16_t version = 0;
  uint16_t suite = 0;
  uint16_t profile = 0;
  std::string_view client_random, server_random;
};
struct SrtpKeyPair {
  SrtpKey client, server;
};
// None: DTLS 1.3, or a profile that is not read here.
std::optional<SrtpKeyPair> srtp_keys_of(const DtlsSrtpInputs& inputs, const Secret& master);

}  // namespace sipladder
