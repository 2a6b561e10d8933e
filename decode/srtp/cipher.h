// One master key at work: opens packets of SRTP and SRTCP (RFC 3711, RFC 6188, RFC 7714), by
// libcrypto.
//
// Errors: open() says false for a packet whose tag this key, with that rollover counter, has not
// made. Threads: one.
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
  // Null when libcrypto refuses it.
  static std::unique_ptr<SrtpCipher> of(const SrtpKey& key);
  ~SrtpCipher();
  SrtpCipher(const SrtpCipher&) = delete;
  SrtpCipher& operator=(const SrtpCipher&) = delete;

  // True when *plain has the packet as it was before: header and payload, without MKI and tag. A
  // key that does not authenticate opens whatever has its length.
  bool open(std::string_view packet, uint32_t rollover, std::string* plain);
  // The same of a compound packet, whose index stands in it.
  bool open_rtcp(std::string_view packet, std::string* plain);

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
    void operator()(evp_mac_ctx_st* context) const;
  };
  // RFC 3711 4.3.2: of RTP, and of RTCP.
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
