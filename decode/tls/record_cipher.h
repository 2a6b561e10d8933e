// One direction's keys of TLS: opens its records (RFC 5246 6.2.3, RFC 8446 5.2, RFC 6655, RFC 7905,
// RFC 7366), by libcrypto.
//
// Errors: open() says false for a record that these keys and this sequence number do not fit.
// Threads: one.
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

// What tells the keys of a connection up to TLS 1.2, beside the master secret.
struct KeyInputs {
  const CipherSuite* suite = nullptr;  // null: not known, or not one that can be read
  uint16_t version = 0;
  std::string client_random, server_random;
  bool encrypt_then_mac = false;  // RFC 7366
};

class RecordCipher {
 public:
  // Up to TLS 1.2: of the client's records or of the server's.
  static std::unique_ptr<RecordCipher> of_master(const KeyInputs& inputs, const Secret& master,
                                                 bool client);
  // TLS 1.3. Null when the secret does not have the length of the suite's hash.
  static std::unique_ptr<RecordCipher> of_secret(const CipherSuite& suite, const Secret& secret);
  ~RecordCipher();
  RecordCipher(const RecordCipher&) = delete;
  RecordCipher& operator=(const RecordCipher&) = delete;

  // True when *plain holds what the record carries and *type what that is.
  bool open(const TlsRecord& record, uint64_t sequence, std::string* plain, uint8_t* type);
  // A record passed that is not opened: TLS 1.0 chains them.
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
  Secret iv_;  // the fixed part of the nonce; TLS 1.0: of the next record
  Secret mac_key_;
  std::string key_;  // CCM takes it again for each record
};

// RFC 8446 7.2: the secret after a KeyUpdate. Empty when it cannot be.
Secret updated_secret(const CipherSuite& suite, const Secret& secret);
// RFC 5705 4, up to TLS 1.2, without a context: fills *out, whose size is what is wanted. False
// when it cannot be.
bool export_keys(uint16_t version, const char* hash, const Secret& master, std::string_view label,
                 std::string_view randoms, std::string* out);
// RFC 5246 8.1, RFC 7627 4: from a premaster secret. `hash`: of the handshake so far, for the
// extended master secret; empty without. Empty when it cannot be.
Secret master_secret(const KeyInputs& inputs, std::string_view premaster, std::string_view hash);

}  // namespace sipladder
