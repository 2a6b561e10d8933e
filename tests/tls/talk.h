// Both ends of a TLS connection in memory, by OpenSSL. What they write is kept flight by flight.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/openssl_owned.h"

namespace sipladder::tls_talk {

inline const std::string kClient = "10.0.0.1";
inline const std::string kServer = "192.0.2.9";
inline constexpr uint16_t kClientPort = 40'000;
inline constexpr uint16_t kServerPort = 5061;
inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kNow = 1'700'000'000 * kSecond;

using openssl::Cert;
using openssl::Context;
using openssl::Freed;
using openssl::Key;
using openssl::Ssl;
using openssl::SslSession;

struct Owner {
  Key key;
  Cert certificate;
};

inline Owner make_owner(Key key) {
  Owner owner;
  owner.certificate.reset(X509_new());
  X509* const x = owner.certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  ASN1_TIME_set(X509_getm_notBefore(x), 1'600'000'000);
  ASN1_TIME_set(X509_getm_notAfter(x), 1'800'000'000);
  X509_set_pubkey(x, key.get());
  X509_NAME* const name = X509_get_subject_name(x);
  const auto add = [&](const char* field, const char* text) {
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const uint8_t*>(text),
                               -1, -1, 0);
  };
  add("O", "Example");
  add("CN", "sip.example.com");
  X509_set_issuer_name(x, name);
  X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                    "DNS:sip.example.com,IP:192.0.2.9");
  X509_add_ext(x, names, -1);
  X509_EXTENSION_free(names);
  X509_sign(x, key.get(), EVP_sha256());
  owner.key = std::move(key);
  return owner;
}

inline const Owner& owner_of(bool rsa) {
  static const Owner with_rsa = make_owner(Key(EVP_RSA_gen(2048)));
  static const Owner with_ec = make_owner(Key(EVP_EC_gen("P-256")));
  return rsa ? with_rsa : with_ec;
}

struct TlsSetup {
  int version = TLS1_3_VERSION;
  std::string suite;  // OpenSSL's name; empty: what it likes best
  bool encrypt_then_mac = true;
  const char* server_groups = nullptr;
  bool client_certificate = false;  // the server asks for one, and the client has it
};

inline std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<uint8_t>(c) >> 4];
    text += kDigits[static_cast<uint8_t>(c) & 15];
  }
  return text;
}

struct Flight {
  bool client;
  std::string bytes;
};

inline std::string* g_key_log = nullptr;
inline void log_key(const SSL*, const char* line) {
  if (g_key_log != nullptr) *g_key_log += std::string(line) + "\n";
}

inline Context make_context(const TlsSetup& setup, bool server) {
  Context context(SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()));
  SSL_CTX* const c = context.get();
  SSL_CTX_set_security_level(c, 0);
  SSL_CTX_set_min_proto_version(c, setup.version);
  SSL_CTX_set_max_proto_version(c, setup.version);
  if (setup.version == TLS1_3_VERSION && !setup.suite.empty()) {
    EXPECT_EQ(SSL_CTX_set_ciphersuites(c, setup.suite.c_str()), 1) << setup.suite;
  } else if (!setup.suite.empty()) {
    EXPECT_EQ(SSL_CTX_set_cipher_list(c, (setup.suite + ":@SECLEVEL=0").c_str()), 1) << setup.suite;
  }
  if (!setup.encrypt_then_mac) SSL_CTX_set_options(c, SSL_OP_NO_ENCRYPT_THEN_MAC);
  SSL_CTX_set_keylog_callback(c, log_key);
  const Owner& owner = owner_of(setup.suite.find("ECDSA") == std::string::npos);
  if (server || setup.client_certificate) {
    SSL_CTX_use_certificate(c, owner.certificate.get());
    SSL_CTX_use_PrivateKey(c, owner.key.get());
  }
  if (!server) return context;
  SSL_CTX_set_dh_auto(c, 1);
  if (setup.client_certificate)
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  SSL_CTX_set_max_early_data(c, 16'384);
  if (setup.server_groups != nullptr) SSL_CTX_set1_groups_list(c, setup.server_groups);
  SSL_CTX_set_alpn_select_cb(
      c,
      [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned,
         void*) {
        *out = in + 1;
        *size = in[0];
        return SSL_TLSEXT_ERR_OK;
      },
      nullptr);
  return context;
}

// One connection; what both write is in `flights`, in order.
class Talk {
 public:
  explicit Talk(const TlsSetup& setup)
      : client_context_(make_context(setup, false)), server_context_(make_context(setup, true)) {
    begin(nullptr);
  }

  // Begins a new connection that resumes the session. Both connections log their keys into one log.
  void resume() {
    const SslSession session(SSL_get1_session(client_.get()));
    SSL_shutdown(client_.get());
    SSL_shutdown(server_.get());
    pump();
    flights.clear();
    begin(session.get());
  }
  void handshake() {
    g_key_log = &key_log;
    for (int i = 0; i < 6; i++) {
      SSL_do_handshake(client_.get());
      pump();
      SSL_do_handshake(server_.get());
      pump();
    }
    ASSERT_TRUE(SSL_is_init_finished(client_.get()) && SSL_is_init_finished(server_.get()));
  }
  void say(bool client, const std::string& text) {
    SSL* const from = client ? client_.get() : server_.get();
    SSL* const to = client ? server_.get() : client_.get();
    ASSERT_EQ(SSL_write(from, text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
    pump();
    std::string got(1 << 17, '\0');
    while (SSL_read(to, got.data(), static_cast<int>(got.size())) > 0) continue;
    pump();
    said.push_back(text);
  }
  void say_early(const std::string& text) {
    g_key_log = &key_log;
    size_t written = 0;
    ASSERT_EQ(SSL_write_early_data(client_.get(), text.data(), text.size(), &written), 1);
    pump();
    std::string got(1 << 16, '\0');
    size_t size = 0;
    SSL_read_early_data(server_.get(), got.data(), got.size(), &size);
    ASSERT_EQ(size, text.size());
    pump();
    said.push_back(text);
  }
  void update_key(bool client) {
    SSL* const ssl = client ? client_.get() : server_.get();
    ASSERT_EQ(SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    SSL_do_handshake(ssl);
    pump();
  }
  // The server asks for another handshake, inside of the first one's keys (up to TLS 1.2).
  void renegotiate() {
    g_key_log = &key_log;
    ASSERT_EQ(SSL_renegotiate(server_.get()), 1);
    SSL_do_handshake(server_.get());
    pump();
    std::string none(1, '\0');
    for (int i = 0; i < 6; i++) {
      SSL_read(client_.get(), none.data(), 1);
      pump();
      SSL_read(server_.get(), none.data(), 1);
      pump();
    }
    ASSERT_FALSE(SSL_renegotiate_pending(server_.get()) != 0 || SSL_in_init(server_.get()) != 0 ||
                 SSL_in_init(client_.get()) != 0);
  }
  // The line of a key log that binds the secrets to the ends of a Bystander.
  std::string tuple_line() const {
    std::string line = "# TUPLE " + kClient + ":" + std::to_string(kClientPort) + " " + kServer +
                       ":" + std::to_string(kServerPort);
    std::string random(32, '\0');
    auto* const bytes = reinterpret_cast<unsigned char*>(random.data());
    SSL_get_client_random(client_.get(), bytes, random.size());
    line += " " + hex(random);
    SSL_get_server_random(client_.get(), bytes, random.size());
    line += " " + hex(random);
    const uint16_t suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(client_.get()));
    return line + " " + hex({static_cast<char>(suite >> 8), static_cast<char>(suite)}) + "\n";
  }
  bool reused() const { return SSL_session_reused(client_.get()) == 1; }

  std::vector<Flight> flights;
  std::vector<std::string> said;
  std::string key_log;

 private:
  void begin(SSL_SESSION* session) {
    client_ = make_end(client_context_);
    server_ = make_end(server_context_);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    SSL_set_tlsext_host_name(client_.get(), "sip.example.com");
    static constexpr unsigned char kAlpn[] = {5, 's', 'i', 'p', '/', '2'};
    SSL_set_alpn_protos(client_.get(), kAlpn, sizeof kAlpn);
    if (session != nullptr) SSL_set_session(client_.get(), session);
  }
  static Ssl make_end(const Context& context) {
    Ssl ssl(SSL_new(context.get()));
    SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    return ssl;
  }
  void pump() {
    for (const bool client : {true, false}) {
      SSL* const from = client ? client_.get() : server_.get();
      SSL* const to = client ? server_.get() : client_.get();
      std::string bytes(1 << 17, '\0');
      const int size = BIO_read(SSL_get_wbio(from), bytes.data(), static_cast<int>(bytes.size()));
      if (size <= 0) continue;
      bytes.resize(static_cast<size_t>(size));
      BIO_write(SSL_get_rbio(to), bytes.data(), size);
      flights.push_back({client, bytes});
    }
  }

  Context client_context_, server_context_;
  Ssl client_, server_;
};

}  // namespace sipladder::tls_talk
