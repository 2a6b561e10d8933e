// The keys of one direction of a TLS connection: decrypts its records (RFC 5246 section 6.2.3, RFC
// 8446 section 5.2, RFC 6655, RFC 7905, RFC 7366), by libcrypto.
//
// Errors: open() is false when keys or sequence number do not fit the record. Threads: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/key_log.h"
#include "decode/tls/names.h"

struct evp_cipher_ctx_st;

namespace sipladder {

inline constexpr size_t kTlsHeader = 5;
inline constexpr size_t kMaxTlsRecord = (1 << 14) + 2048;  // RFC 5246 6.2.3, behind its header

struct TlsRecord {
  uint8_t type = 0;
  uint16_t version = 0;
  std::string_view body;
};

// What the keys of a connection up to TLS 1.2 depend on, beside the master secret.
struct KeyInputs {
  const CipherSuite* suite = nullptr;  // null: not known, or not supported
  uint16_t version = 0;
  std::string client_random, server_random;
  bool encrypt_then_mac = false;  // RFC 7366
};

class RecordCipher {
 public:
  // Up to TLS 1.2: the keys of the client's records, or those of the server's. inputs.suite must
  // not be null. Null when libcrypto refuses.
  static std::unique_ptr<RecordCipher> of_master(const KeyInputs& inputs, const Secret& master,
                                                 bool client);
  // TLS 1.3. Null when the secret does not have the length of the suite's hash, or libcrypto
  // refuses. `suite` must be one of find_suite().
  static std::unique_ptr<RecordCipher> of_secret(const CipherSuite& suite, const Secret& secret);
  ~RecordCipher();
  RecordCipher(const RecordCipher&) = delete;
  RecordCipher& operator=(const RecordCipher&) = delete;

  // True when *plain holds the content of the record and *type its content type.
  bool open(const TlsRecord& record, uint64_t sequence, std::string* plain, uint8_t* type);
  // To be called for each record, opened or not: up to TLS 1.0, the last block of a record is the
  // initialization vector of the next one.
  void pass(std::string_view body);

 private:
  RecordCipher(const CipherSuite& suite, uint16_t version) : suite_(suite), version_(version) {}
  bool start(std::string_view key);
  bool open_aead(const TlsRecord& record, uint64_t sequence, std::string* plain);
  bool open_cbc(const TlsRecord& record, uint64_t sequence, std::string* plain);
  bool decrypt_cbc(std::string_view iv, std::string_view bytes, std::string* plain);
  std::string mac_of(const TlsRecord& record, uint64_t sequence, std::string_view bytes) const;
  bool strip_padding_and_mac(const TlsRecord& record, uint64_t sequence, std::string* plain) const;

  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  const CipherSuite& suite_;
  const uint16_t version_;
  bool encrypt_then_mac_ = false;
  std::unique_ptr<evp_cipher_ctx_st, FreeContext> context_;
  Secret iv_;  // the fixed part of the nonce; TLS 1.0 with CBC: the vector of the next record
  Secret mac_key_;
  std::string key_;  // kept for CCM, which takes it again for each record
};

// The traffic secret after a KeyUpdate (RFC 8446 section 7.2). Empty when libcrypto refuses.
Secret updated_secret(const CipherSuite& suite, const Secret& secret);
// The exporter of RFC 5705 section 4, up to TLS 1.2 and without a context. Fills *out, whose size
// says how many bytes are wanted. False when libcrypto refuses.
bool export_keys(uint16_t version, const char* hash, const Secret& master, std::string_view label,
                 std::string_view randoms, std::string* out);
// The exporter of DTLS 1.3 (RFC 8446 section 7.5, RFC 9147 section 5.9), without a context. False
// when the secret does not have the length of the hash, too.
bool export_dtls13_keys(const char* hash, const Secret& exporter, std::string_view label,
                        std::string* out);
// The master secret from a premaster secret (RFC 5246 section 8.1). `hash`: of the handshake so
// far, for the extended master secret (RFC 7627 section 4); empty where that is not used. Empty
// when libcrypto refuses.
Secret master_secret(const KeyInputs& inputs, std::string_view premaster, std::string_view hash);

}  // namespace sipladder
