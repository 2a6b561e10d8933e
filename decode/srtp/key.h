// Master keys of SRTP: from a=crypto in SDP (RFC 4568), or from a DTLS handshake (RFC 5764).
//
// Secrets are wiped when they are destroyed, and nothing prints them. Threads: any. Errors: what
// makes no sense gives no key.
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
  std::string_view before;  // its name in drafts; may be empty
  SrtpMode mode;
  uint8_t key_bytes;
  uint8_t salt_bytes;
  uint8_t tag_bytes;  // of RTP; RTCP has 10 with HMAC and 16 with GCM
};
// Finds a suite by either name, in any case. Null when it is unknown. Static, never freed.
const SrtpSuite* find_srtp_suite(std::string_view name);

struct SrtpKey {
  const SrtpSuite* suite = nullptr;  // never null in the results of srtp_keys_of()
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

// The keys in the value of one a=crypto line. Empty when the suite or a parameter is not supported,
// or a key has the wrong length.
std::vector<SrtpKey> srtp_keys_of(std::string_view crypto);

// What the keys of a DTLS handshake depend on beside its secret (RFC 5764 section 4.2). `profile`:
// of the use_srtp extension; 0: not seen, as in DTLS 1.3, which encrypts it. `version`: as on the
// wire, 0xFEFD for 1.2. The views need to be valid during the call only.
struct DtlsSrtpInputs {
  uint16_t version = 0;
  uint16_t suite = 0;
  uint16_t profile = 0;
  std::string_view client_random, server_random;
};
// The key for what the client sends, and that for what the server sends.
struct SrtpKeyPair {
  SrtpKey client, server;
};
// The master secret, or the exporter's of DTLS 1.3; null when the log has it not, or no SRTP was
// agreed on.
const Secret* srtp_secret_of(const DtlsSrtpInputs& inputs, const KeyLog& keys);
// Those of each profile that may be the one. Empty when it is not supported, or without the secret.
std::vector<SrtpKeyPair> srtp_keys_of(const DtlsSrtpInputs& inputs, const KeyLog& keys);

}  // namespace sipladder
