// TLS as a bystander reads it. Both ends are OpenSSL's, in memory; what they say passes as TCP
// segments that are whole, split, lost, late or in disorder.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>

#include "capture/key_log.h"
#include "decode/bytes.h"
#include "decode/decoder.h"
#include "decode/tls/names.h"
#include "decode/tls/words.h"
#include "tests/support/packet_builder.h"

namespace sipladder::tls_test {
namespace {

using namespace build;

const std::string kClient = "10.0.0.1";
const std::string kServer = "192.0.2.9";
constexpr uint16_t kClientPort = 40'000;
constexpr uint16_t kServerPort = 5061;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kNow = 1'700'000'000 * kSecond;

// ---- two ends of TLS

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Freed<SSL_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, Freed<SSL_SESSION_free>>;

struct Owner {
  Key key;
  Cert certificate;
};

Owner make_owner(Key key) {
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

const Owner& owner_of(bool rsa) {
  static const Owner with_rsa = make_owner(Key(EVP_RSA_gen(2048)));
  static const Owner with_ec = make_owner(Key(EVP_EC_gen("P-256")));
  return rsa ? with_rsa : with_ec;
}

struct TlsSetup {
  int version = TLS1_3_VERSION;
  std::string suite;  // OpenSSL's name; empty: what it likes best
  bool encrypt_then_mac = true;
  const char* server_groups = nullptr;
};

struct Flight {
  bool client;
  std::string bytes;
};

std::string* g_key_log = nullptr;
void log_key(const SSL*, const char* line) {
  if (g_key_log != nullptr) *g_key_log += std::string(line) + "\n";
}

Context make_context(const TlsSetup& setup, bool server) {
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
  if (!server) return context;
  SSL_CTX_set_dh_auto(c, 1);
  const Owner& owner = owner_of(setup.suite.find("ECDSA") == std::string::npos);
  SSL_CTX_use_certificate(c, owner.certificate.get());
  SSL_CTX_use_PrivateKey(c, owner.key.get());
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

  // Anew, with the session of the connection before: both log their keys into one log.
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

// ---- the bystander

struct Segment {
  bool client;
  uint32_t sequence;
  std::string bytes;
};

class Bystander {
 public:
  Bystander() { decoder.set_keys(&keys); }

  void open() {
    send({true, 99, ""}, 0x02);
    send({false, 499, ""}, 0x12);
  }
  Fate send(const Segment& segment, uint8_t flags = 0x18) {
    const std::string& from = segment.client ? kClient : kServer;
    const std::string& to = segment.client ? kServer : kClient;
    const uint16_t from_port = segment.client ? kClientPort : kServerPort;
    const uint16_t to_port = segment.client ? kServerPort : kClientPort;
    const std::string raw =
        ip(tcp(segment.bytes, {segment.sequence, 1, flags}, from, to, from_port, to_port), 6, from,
           to);
    const Packet one = packet(raw, 101, ++frame, now_ns += kSecond / 100);
    const Fate fate = decoder.decode(one, &out);
    fates.push_back(fate);
    take();
    return fate;
  }
  void finish() {
    decoder.finish(&out);
    take();
  }
  TlsConnection row(size_t number = 0) {
    decoder.update_tls(&rows);
    return number < rows.size() ? rows[number] : TlsConnection{};
  }
  void learn(const std::string& text) {
    KeyLogLines lines(&keys);
    lines.add(text);
    lines.end();
  }

  KeyLog keys;
  Decoder decoder;
  std::vector<Datagram> out;
  std::vector<std::string> messages;
  std::vector<uint32_t> frames;
  std::vector<Transport> transports;
  std::vector<Fate> fates;
  std::vector<TlsConnection> rows;
  uint32_t frame = 0;
  int64_t now_ns = kNow;

 private:
  void take() {
    for (const Datagram& datagram : out) {
      messages.emplace_back(datagram.payload);
      frames.push_back(datagram.frame);
      transports.push_back(datagram.transport);
      EXPECT_FALSE(datagram.ref.is_stored());
    }
  }
};

// Cut so that no segment is longer.
std::vector<Segment> segments_of(const std::vector<Flight>& flights, size_t size) {
  std::vector<Segment> segments;
  uint32_t next[2] = {500, 100};
  for (const Flight& flight : flights) {
    for (size_t at = 0; at < flight.bytes.size(); at += size) {
      const std::string part = flight.bytes.substr(at, size);
      segments.push_back({flight.client, next[flight.client ? 1 : 0], part});
      next[flight.client ? 1 : 0] += static_cast<uint32_t>(part.size());
    }
  }
  return segments;
}

void say_some(Talk* talk) {
  talk->say(true, sip_message("one"));
  talk->say(false, sip_message("two", 3000));
  talk->say(true, sip_message("three", 40));
  talk->say(false, sip_message("four"));
}

void play(const std::vector<Segment>& segments, Bystander* bystander) {
  bystander->open();
  for (const Segment& segment : segments) bystander->send(segment);
}

// ---- every suite

struct SuiteRow {
  const char* name;
  int version;
  const char* suite;
  bool encrypt_then_mac = true;
};
constexpr SuiteRow kRows[] = {
    {"tls13_aes128_gcm", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256"},
    {"tls13_aes256_gcm", TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384"},
    {"tls13_chacha", TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256"},
    {"tls13_ccm", TLS1_3_VERSION, "TLS_AES_128_CCM_SHA256"},
    {"tls13_ccm8", TLS1_3_VERSION, "TLS_AES_128_CCM_8_SHA256"},
    {"tls12_aes128_gcm", TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"},
    {"tls12_aes256_gcm", TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"tls12_rsa_gcm", TLS1_2_VERSION, "AES128-GCM-SHA256"},
    {"tls12_dhe_gcm", TLS1_2_VERSION, "DHE-RSA-AES256-GCM-SHA384"},
    {"tls12_chacha", TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305"},
    {"tls12_ccm", TLS1_2_VERSION, "AES256-CCM"},
    {"tls12_ccm8", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-CCM8"},
    {"tls12_cbc_sha1", TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA"},
    {"tls12_cbc_sha256", TLS1_2_VERSION, "ECDHE-RSA-AES128-SHA256", false},
    {"tls12_cbc_sha384", TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384"},
    {"tls12_cbc_sha384_mac_first", TLS1_2_VERSION, "ECDHE-RSA-AES256-SHA384", false},
    {"tls11_cbc", TLS1_1_VERSION, "AES128-SHA"},
    {"tls11_cbc_mac_first", TLS1_1_VERSION, "ECDHE-RSA-AES256-SHA", false},
    {"tls10_cbc", TLS1_VERSION, "AES256-SHA"},
    {"tls10_cbc_mac_first", TLS1_VERSION, "AES128-SHA", false},
};
TlsSetup setup_of(const SuiteRow& row) {
  return {row.version, row.suite, row.encrypt_then_mac, nullptr};
}

class EverySuite : public testing::TestWithParam<SuiteRow> {};
INSTANTIATE_TEST_SUITE_P(Tls, EverySuite, testing::ValuesIn(kRows),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_P(EverySuite, IsRead) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  say_some(&talk);
  for (const size_t size : {100'000U, 1400U, 11U}) {
    Bystander bystander;
    bystander.learn(talk.key_log);
    play(segments_of(talk.flights, size), &bystander);
    EXPECT_EQ(bystander.messages, talk.said) << size;
    EXPECT_TRUE(std::all_of(bystander.transports.begin(), bystander.transports.end(),
                            [](Transport t) { return t == Transport::tls; }));
    const TlsConnection row = bystander.row();
    EXPECT_EQ(why_not_text(row), "");
    EXPECT_EQ(row.opened, row.encrypted);
    EXPECT_TRUE(row.sip && row.done_ns > row.hello_ns);
    EXPECT_NE(find_suite(row.suite), nullptr);
  }
}

// The records of one segment are lost, those behind them are read. (TLS 1.0 chains its records: the
// next one is lost, too. OpenSSL sends an empty one before each.)
TEST_P(EverySuite, LosesOnlyWhatIsLost) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  const size_t handshake = segments_of(talk.flights, 100'000).size();
  for (int i = 0; i < 5; i++) {
    talk.say(true, sip_message("c" + std::to_string(i)));
    talk.say(false, sip_message("s" + std::to_string(i)));
  }
  std::vector<Segment> segments = segments_of(talk.flights, 100'000);
  ASSERT_EQ(segments.size(), handshake + 10);
  segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(handshake + 2));
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments, &bystander);
  bystander.now_ns += 10 * kSecond;  // what is missing will not come
  bystander.finish();
  std::vector<std::string> expected = talk.said;
  expected.erase(expected.begin() + 2);
  std::sort(expected.begin(), expected.end());
  std::sort(bystander.messages.begin(), bystander.messages.end());
  EXPECT_EQ(bystander.messages, expected);
  EXPECT_EQ(bystander.row().lost, 1U);
}

TEST_P(EverySuite, IsReadBackwardsOnceTheKeysCome) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  say_some(&talk);
  const std::vector<Segment> segments = segments_of(talk.flights, 1400);
  Bystander bystander;
  bystander.keys.add(SecretKind::master, std::string(kClientRandom, 'x'), "another connection");
  play(segments, &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(why_not_text(bystander.row()), "no key of this connection is known");
  const uint32_t last = bystander.frame;
  bystander.learn(talk.key_log);
  bystander.finish();
  std::vector<std::string> expected = talk.said;
  std::sort(expected.begin(), expected.end());
  std::sort(bystander.messages.begin(), bystander.messages.end());
  EXPECT_EQ(bystander.messages, expected);
  for (const uint32_t frame : bystander.frames) EXPECT_LE(frame, last);
  EXPECT_EQ(std::set<uint32_t>(bystander.frames.begin(), bystander.frames.end()).size(), 4U);
  EXPECT_EQ(why_not_text(bystander.row()), "");
}

TEST_P(EverySuite, AWrongKeyOpensNothing) {
  Talk talk(setup_of(GetParam()));
  talk.handshake();
  for (int i = 0; i < 3; i++) say_some(&talk);
  std::string wrong = talk.key_log;
  for (size_t end = wrong.find('\n'); end != std::string::npos; end = wrong.find('\n', end + 1))
    wrong[end - 1] = wrong[end - 1] == '0' ? '1' : '0';
  Bystander bystander;
  bystander.learn(wrong);
  play(segments_of(talk.flights, 1400), &bystander);
  bystander.finish();
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_EQ(bystander.row().opened, 0U);
  EXPECT_NE(why_not_text(bystander.row()), "");
}

// ---- what the handshake says

TEST(Tls, SaysWhatBothSaid) {
  Talk talk({TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"});
  talk.handshake();
  talk.say(true, sip_message("one"));
  Bystander bystander;  // without any key
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  const TlsConnection row = bystander.row();
  EXPECT_EQ(to_string(row.client), kClient + ":40000");
  EXPECT_EQ(to_string(row.server), kServer + ":5061");
  EXPECT_EQ(row.server_name, "sip.example.com");
  EXPECT_EQ(row.versions_offered, (std::vector<uint16_t>{kTls12}));
  EXPECT_EQ(tls_version_name(row.version), "1.2");
  EXPECT_EQ(suite_name(row.suite), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(row.alpn, "sip/2");
  EXPECT_TRUE(row.offers_sip());
  ASSERT_TRUE(row.certificate);
  EXPECT_EQ(row.certificate->subject, "O=Example, CN=sip.example.com");
  EXPECT_EQ(row.certificate->issuer, "O=Example, CN=sip.example.com");
  EXPECT_EQ(row.certificate->names, (std::vector<std::string>{"sip.example.com", "192.0.2.9"}));
  EXPECT_EQ(utc_text(row.certificate->not_before_ns), "2020-09-13 12:26:40 UTC");
  EXPECT_EQ(utc_text(row.certificate->not_after_ns), "2027-01-15 08:00:00 UTC");
  EXPECT_GT(row.done_ns, row.hello_ns);
  EXPECT_EQ(why_not_text(row), "no key of this connection is known");
  EXPECT_EQ(key_needed_text(row).substr(0, 14), "CLIENT_RANDOM ");
  EXPECT_EQ(talk.key_log.find(key_needed_text(row)), 0U);
}

TEST(Tls, NamesTheKeysOfTls13) {
  Talk talk({});
  talk.handshake();
  talk.say(true, sip_message("one"));
  Bystander bystander;
  play(segments_of(talk.flights, 1400), &bystander);
  const std::string needed = key_needed_text(bystander.row());
  const size_t comma = needed.find(", ");
  ASSERT_NE(comma, std::string::npos);
  EXPECT_NE(talk.key_log.find(needed.substr(0, comma)), std::string::npos);
  EXPECT_NE(talk.key_log.find(needed.substr(comma + 2)), std::string::npos);
  EXPECT_FALSE(bystander.row().certificate);  // it is encrypted
  EXPECT_FALSE(bystander.row().alert);
  EXPECT_GT(bystander.row().done_ns, 0);
}

// ---- the private key of the server

TEST(Tls, APrivateKeyOpensSuitesWithoutForwardSecrecy) {
  char name[] = "/tmp/sipladder-key-XXXXXX";
  const int fd = mkstemp(name);
  ASSERT_GE(fd, 0);
  std::FILE* const file = fdopen(fd, "w");
  PEM_write_PrivateKey(file, owner_of(true).key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  RsaKeys keys;
  EXPECT_EQ(keys.add_file(name), "");
  std::remove(name);
  for (const SuiteRow& row : {SuiteRow{"", TLS1_2_VERSION, "AES128-GCM-SHA256"},
                              SuiteRow{"", TLS1_2_VERSION, "AES256-GCM-SHA384"},
                              SuiteRow{"", TLS1_1_VERSION, "AES128-SHA"},
                              SuiteRow{"", TLS1_VERSION, "AES256-SHA", false}}) {
    Talk talk(setup_of(row));
    talk.handshake();
    say_some(&talk);
    Bystander bystander;
    bystander.decoder.set_rsa_keys(&keys);
    play(segments_of(talk.flights, 1400), &bystander);
    EXPECT_EQ(bystander.messages, talk.said) << row.suite;
  }
  Talk secret({TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256"});
  secret.handshake();
  say_some(&secret);
  Bystander bystander;
  bystander.decoder.set_rsa_keys(&keys);
  play(segments_of(secret.flights, 1400), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
}

// ---- sessions that go on, keys that change

TEST(Tls, ResumedSessions) {
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION, TLS1_VERSION}) {
    Talk talk({version, ""});
    talk.handshake();
    talk.say(false, sip_message("first"));
    talk.resume();
    talk.said.clear();
    talk.handshake();
    ASSERT_TRUE(talk.reused()) << version;
    say_some(&talk);
    Bystander bystander;
    bystander.learn(talk.key_log);
    play(segments_of(talk.flights, 1400), &bystander);
    EXPECT_EQ(bystander.messages, talk.said) << version;
  }
}

TEST(Tls, EarlyData) {
  Talk talk({});
  talk.handshake();
  talk.say(false, sip_message("first"));
  talk.resume();
  talk.said.clear();
  talk.say_early(sip_message("early"));
  talk.handshake();
  say_some(&talk);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
  EXPECT_EQ(bystander.frames.front(), 3U);  // where it came, before the ServerHello
}

TEST(Tls, HelloRetryRequest) {
  TlsSetup setup;
  setup.server_groups = "P-384";
  Talk talk(setup);
  talk.handshake();
  say_some(&talk);
  ASSERT_GE(talk.flights.size(), 4U);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
  bystander.row();
  EXPECT_EQ(bystander.rows.size(), 1U);
}

TEST(Tls, KeyUpdates) {
  Talk talk({});
  talk.handshake();
  for (const bool client : {true, false, true}) {
    say_some(&talk);
    talk.update_key(client);
  }
  say_some(&talk);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
}

TEST(Tls, TrafficSecretsAloneWillDo) {
  Talk talk({});
  talk.handshake();
  say_some(&talk);
  Bystander bystander;
  for (size_t at = 0; at < talk.key_log.size();) {
    const size_t end = talk.key_log.find('\n', at);
    const std::string line = talk.key_log.substr(at, end - at);
    if (line.find("_TRAFFIC_SECRET_0") != std::string::npos) bystander.learn(line + "\n");
    at = end + 1;
  }
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
}

TEST(Tls, SegmentsInDisorder) {
  Talk talk({});
  talk.handshake();
  const size_t begun = segments_of(talk.flights, 100).size();
  say_some(&talk);
  std::vector<Segment> segments = segments_of(talk.flights, 100);
  for (size_t i = begun; i + 1 < segments.size(); i += 2) {
    if (segments[i].client == segments[i + 1].client) std::swap(segments[i], segments[i + 1]);
  }
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments, &bystander);
  EXPECT_EQ(bystander.messages, talk.said);
}

TEST(Tls, ConnectionsThatFollowEachOtherOnTheSamePorts) {
  Bystander bystander;
  std::vector<std::string> all;
  for (int i = 0; i < 3; i++) {
    Talk talk({});
    talk.handshake();
    say_some(&talk);
    bystander.learn(talk.key_log);
    play(segments_of(talk.flights, 1400), &bystander);
    bystander.send({true, 1'000'000, ""}, 0x11);
    all.insert(all.end(), talk.said.begin(), talk.said.end());
  }
  EXPECT_EQ(bystander.messages, all);
  bystander.row();
  ASSERT_EQ(bystander.rows.size(), 3U);
  EXPECT_EQ(bystander.rows[1].closed_by, TlsEnd::client);
  EXPECT_FALSE(bystander.rows[1].reset);
}

// A message in two records; two in one; keep-alives between.
TEST(Tls, FramesLikeTcp) {
  Talk talk({});
  talk.handshake();
  const std::string one = sip_message("one", 100), two = sip_message("two"),
                    three = sip_message("x");
  talk.say(true, one.substr(0, 50));
  talk.say(true, one.substr(50));
  talk.say(true, "\r\n\r\n");
  talk.say(true, two + three);
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 100'000), &bystander);
  EXPECT_EQ(bystander.messages, (std::vector<std::string>{one, two, three}));
  EXPECT_EQ(std::count(bystander.fates.begin(), bystander.fates.end(), Fate::tcp_keepalive), 1);
  EXPECT_EQ(std::count(bystander.fates.begin(), bystander.fates.end(), Fate::tcp_waiting), 1);
}

TEST(Tls, WebSocketInside) {
  Talk talk({});
  talk.handshake();
  const std::string one = sip_message("one");
  talk.say(
      true,
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n");
  talk.say(false, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n");
  talk.say(true, websocket_frame(0x81, one));
  talk.say(false, websocket_frame(0x81, sip_message("two"), Masking::plain));
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 100'000), &bystander);
  EXPECT_EQ(bystander.messages, (std::vector<std::string>{one, sip_message("two")}));
  EXPECT_EQ(bystander.transports, (std::vector<Transport>{Transport::wss, Transport::wss}));
}

TEST(Tls, WhatIsNoSipIsCountedOnce) {
  Talk talk({});
  talk.handshake();
  talk.say(true, "GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
  talk.say(false, std::string(5000, 'x'));
  Bystander bystander;
  bystander.learn(talk.key_log);
  play(segments_of(talk.flights, 100'000), &bystander);
  EXPECT_TRUE(bystander.messages.empty());
  EXPECT_FALSE(bystander.row().sip);
  EXPECT_EQ(bystander.fates.back(), Fate::tls_other);
}

// ---- bounds

// A message of 16 MB that never ends, and records of it.
TEST(Tls, HandshakesWithoutEndAreNotKept) {
  Bystander bystander;
  Talk talk({});
  talk.handshake();
  std::vector<Segment> hello = segments_of({talk.flights.front()}, 100'000);
  bystander.open();
  bystander.send(hello[0]);
  uint32_t next = 500;
  std::string body = bytes({11, 255, 255, 255}) + std::string(16'000, 'x');
  for (int i = 0; i < 100; i++) {
    const std::string record =
        bytes({22, 3, 3}) + number16(static_cast<unsigned>(body.size())) + body;
    bystander.send({false, next, record});
    next += static_cast<uint32_t>(record.size());
    body = std::string(16'000, 'x');
  }
  HandshakeReader reader;
  reader.add(bytes({11, 255, 255, 255}) + std::string(100, 'x'));
  ASSERT_TRUE(reader.next());
  for (int i = 0; i < 1000; i++) reader.add(std::string(16'000, 'x'));
  EXPECT_EQ(reader.buffered(), 0U);
}

TEST(Tls, RecordsThatWaitForKeysAreBounded) {
  Talk talk({});
  talk.handshake();
  for (int i = 0; i < 60; i++) talk.say(true, sip_message("c" + std::to_string(i), 2000));
  Bystander bystander;
  bystander.keys.add(SecretKind::master, std::string(kClientRandom, 'x'), "another connection");
  play(segments_of(talk.flights, 1400), &bystander);
  EXPECT_EQ(bystander.row().unread, TlsUnread::no_key);
  bystander.learn(talk.key_log);
  bystander.finish();
  EXPECT_TRUE(bystander.messages.empty());  // they were given up
}

TEST(Tls, ConnectionsBeyondTheBoundAreReadWithoutARow) {
  TlsConnections rows;
  const Endpoint a{ipv4_address(bytes_of(bytes({10, 0, 0, 1}))), 1};
  for (size_t i = 0; i < kMaxTlsConnections; i++) EXPECT_EQ(rows.begin(a, a, {}), i);
  EXPECT_EQ(rows.begin(a, a, {}), TlsConnections::kNoRow);
  rows.edit(TlsConnections::kNoRow).opened++;
  std::vector<TlsConnection> copy;
  rows.update(&copy);
  EXPECT_EQ(copy.size(), kMaxTlsConnections);
}

// ---- alerts

std::string alert_record(int level, int number) {
  return bytes({21, 3, 3, 0, 2, level, number});
}

TEST(Tls, AlertsSaySoAndWho) {
  Talk talk({});
  talk.handshake();
  Bystander bystander;
  bystander.open();
  bystander.send(segments_of({talk.flights.front()}, 100'000)[0]);
  EXPECT_EQ(bystander.send({false, 500, alert_record(2, 40)}), Fate::tls);
  bystander.send({false, 507, ""}, 0x14);
  const TlsConnection row = bystander.row();
  ASSERT_TRUE(row.alert);
  EXPECT_EQ(alert_name(row.alert->number), "handshake_failure");
  EXPECT_EQ(row.alert->by, TlsEnd::server);
  EXPECT_TRUE(row.alert->fatal && row.alert->readable);
  EXPECT_EQ(row.closed_by, TlsEnd::server);
  EXPECT_TRUE(row.reset);
  EXPECT_EQ(row.done_ns, 0);
}

// ---- key logs

TEST(KeyLogs, TakeWhatTheyKnow) {
  KeyLog log;
  const std::string random(64, 'a');
  EXPECT_TRUE(log.add_line("CLIENT_RANDOM " + random + " 0123"));
  EXPECT_FALSE(log.add_line("CLIENT_RANDOM " + random + " 4567"));  // the first one stays
  EXPECT_TRUE(log.add_line("SERVER_TRAFFIC_SECRET_0 " + random + "  ABCD\r"));
  for (const std::string& line :
       {std::string(), std::string("# a comment"), "EXPORTER_SECRET " + random + " 01",
        std::string("CLIENT_RANDOM"), "CLIENT_RANDOM " + random, "CLIENT_RANDOM " + random + " 012",
        "CLIENT_RANDOM " + random + " 0g", "CLIENT_RANDOM " + random.substr(2) + " 01",
        "CLIENT_RANDOM " + random + " " + std::string(130, '0')})
    EXPECT_FALSE(log.add_line(line)) << line;
  const std::string name(32, '\xAA');
  ASSERT_NE(log.find(SecretKind::master, name), nullptr);
  EXPECT_EQ(log.find(SecretKind::master, name)->bytes(), "\x01\x23");
  EXPECT_EQ(log.find(SecretKind::server_traffic, name)->bytes(), "\xAB\xCD");
  EXPECT_EQ(log.find(SecretKind::client_traffic, name), nullptr);
  EXPECT_TRUE(log.knows(name));
  EXPECT_FALSE(log.knows(std::string(32, '\xAB')));
}

TEST(KeyLogs, ComeInPieces) {
  const std::string text = "CLIENT_RANDOM " + std::string(64, 'a') + " 01\n" +
                           std::string(5000, 'x') + "\nCLIENT_RANDOM " + std::string(64, 'b') +
                           " 02";
  for (const size_t size : {1U, 7U, 100'000U}) {
    KeyLog log;
    KeyLogLines lines(&log);
    for (size_t at = 0; at < text.size(); at += size)
      lines.add(std::string_view(text).substr(at, size));
    EXPECT_EQ(log.size(), 1U);
    lines.end();
    EXPECT_EQ(log.size(), 2U);
  }
}

TEST(KeyLogs, AreBounded) {
  KeyLog log;
  for (uint32_t i = 0; i < kMaxSecrets + 10; i++)
    log.add(SecretKind::master, number32(i) + std::string(28, 'x'), "secret");
  EXPECT_EQ(log.size(), kMaxSecrets);
  EXPECT_EQ(log.refused(), 10U);
}

}  // namespace
}  // namespace sipladder::tls_test
