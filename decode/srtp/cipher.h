// Decrypts packets of SRTP and SRTCP with one master key (RFC 3711, RFC 6188, RFC 7714), by
// libcrypto.
//
// Errors: open() is false when the tag of the packet was not made with this key and this rollover
// counter. Threads: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "decode/srtp/key.h"

struct evp_cipher_ctx_st;
struct evp_mac_ctx_st;

namespace sipladder {

class SrtpCipher {
 public:
  // Null when libcrypto refuses the key. `key.suite` must not be null.
  static std::unique_ptr<SrtpCipher> of(const SrtpKey& key);
  ~SrtpCipher();
  SrtpCipher(const SrtpCipher&) = delete;
  SrtpCipher& operator=(const SrtpCipher&) = delete;

  // True when *plain holds the packet before encryption: header and payload, without MKI and tag.
  // `rollover`: the number of times that the sequence number has wrapped (ROC, RFC 3711 section
  // 3.3.1). With a key that does not authenticate, every packet of enough bytes is "opened".
  bool open(std::string_view packet, uint32_t rollover, std::string* plain);
  // Likewise for a compound RTCP packet, which carries its index itself (RFC 3711 section 3.4).
  bool open_rtcp(std::string_view packet, std::string* plain);

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
    void operator()(evp_mac_ctx_st* context) const;
  };
  // Session keys, derived from the master key for RTP or for RTCP (RFC 3711 section 4.3).
  struct Session {
    std::unique_ptr<evp_cipher_ctx_st, FreeContext> cipher;
    std::unique_ptr<evp_mac_ctx_st, FreeContext> mac;
    Secret salt;
  };
  explicit SrtpCipher(const SrtpKey& key) : key_(key) {}
  bool derive(bool rtcp, Session* session) const;
  bool has_tag(Session& session, std::string_view covered, std::string_view behind,
               std::string_view tag) const;
  bool decrypt(Session& session, const uint8_t* iv, std::string_view covered, std::string_view body,
               std::string* plain) const;
  bool take_mki(std::string_view* packet) const;

  const SrtpKey key_;
  Session rtp_, rtcp_;
};

}  // namespace sipladder
