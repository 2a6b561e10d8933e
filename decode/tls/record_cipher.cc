#include "decode/tls/record_cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <vector>

#include "decode/bytes.h"

namespace sipladder {
namespace {

constexpr size_t kAesBlock = 16;
constexpr size_t kNonce = 12;
constexpr size_t kExplicitNonce = 8;

struct FreeKdf {
  void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

// Bytes that are wiped when they are destroyed.
class SecretBytes {
 public:
  explicit SecretBytes(size_t size) : bytes_(size, '\0') {}
  ~SecretBytes() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  std::string& bytes() { return bytes_; }
  std::string_view take(size_t count) {
    const std::string_view taken = std::string_view(bytes_).substr(at_, count);
    at_ += count;
    return taken;
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

OSSL_PARAM kdf_octets(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}
OSSL_PARAM kdf_word(const char* name, const char* value) {
  return OSSL_PARAM_construct_utf8_string(name, const_cast<char*>(value), 0);
}

bool derive(const char* kind, std::vector<OSSL_PARAM> params, std::string* out) {
  const std::unique_ptr<EVP_KDF, FreeKdf> kdf(EVP_KDF_fetch(nullptr, kind, nullptr));
  if (kdf == nullptr) return false;
  const std::unique_ptr<EVP_KDF_CTX, FreeKdf> context(EVP_KDF_CTX_new(kdf.get()));
  if (context == nullptr) return false;
  params.push_back(OSSL_PARAM_construct_end());
  return EVP_KDF_derive(context.get(), raw_bytes(*out), out->size(), params.data()) == 1;
}

// The pseudorandom function of RFC 5246 section 5, and of RFC 2246 section 5.
bool tls1_prf(uint16_t version, const char* hash, std::string_view secret, std::string_view seed,
              std::string* out) {
  const char* const digest = version >= kTls12 ? hash : "MD5-SHA1";
  return derive("TLS1-PRF",
                {kdf_word(OSSL_KDF_PARAM_DIGEST, digest), kdf_octets(OSSL_KDF_PARAM_SECRET, secret),
                 kdf_octets(OSSL_KDF_PARAM_SEED, seed)},
                out);
}

// HKDF-Expand-Label of RFC 8446 7.1; of RFC 9147 5.9 with the prefix "dtls13".
bool expand_label(const char* hash, const Secret& secret, std::string_view label, std::string* out,
                  std::string_view context = {}, std::string_view prefix = "tls13 ") {
  std::string info;
  info.push_back(static_cast<char>(out->size() >> 8));
  info.push_back(static_cast<char>(out->size() & 0xFF));
  info.push_back(static_cast<char>(prefix.size() + label.size()));
  info.append(prefix).append(label);
  info.push_back(static_cast<char>(context.size()));
  info += context;
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  return derive(
      "HKDF",
      {OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode), kdf_word(OSSL_KDF_PARAM_DIGEST, hash),
       kdf_octets(OSSL_KDF_PARAM_KEY, secret.bytes()), kdf_octets(OSSL_KDF_PARAM_INFO, info)},
      out);
}

size_t hash_size(const CipherSuite& suite) {
  return std::string_view(suite.hash) == "SHA384" ? 48 : 32;
}

void put64(uint64_t value, std::string* out) {
  for (int shift = 56; shift >= 0; shift -= 8) out->push_back(static_cast<char>(value >> shift));
}

// What an AEAD or the MAC authenticates before the content (RFC 5246 section 6.2.3.3).
std::string covered_head(const TlsRecord& record, uint64_t sequence, size_t length) {
  std::string head;
  put64(sequence, &head);
  head.push_back(static_cast<char>(record.type));
  head.push_back(static_cast<char>(record.version >> 8));
  head.push_back(static_cast<char>(record.version & 0xFF));
  head.push_back(static_cast<char>(length >> 8));
  head.push_back(static_cast<char>(length & 0xFF));
  return head;
}

std::string nonce_by_sequence(std::string_view iv, uint64_t sequence) {
  std::string nonce(iv);
  for (size_t i = 0; i < 8; i++) nonce[kNonce - 1 - i] ^= static_cast<char>(sequence >> (8 * i));
  return nonce;
}

}  // namespace

void RecordCipher::FreeContext::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

RecordCipher::~RecordCipher() {
  OPENSSL_cleanse(key_.data(), key_.size());
}

bool RecordCipher::start(std::string_view key) {
  context_.reset(EVP_CIPHER_CTX_new());
  EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, suite_.cipher, nullptr);
  if (context_ == nullptr || cipher == nullptr) return false;
  key_.assign(key);
  const bool ccm = suite_.mode == CipherMode::ccm;
  int done = EVP_DecryptInit_ex2(context_.get(), cipher, nullptr, nullptr, nullptr);
  EVP_CIPHER_free(cipher);
  if (ccm && done == 1) {
    done = EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_SET_IVLEN, kNonce, nullptr);
  } else if (done == 1) {
    done = EVP_DecryptInit_ex2(context_.get(), nullptr, bytes_of(key), nullptr, nullptr);
  }
  if (suite_.mode == CipherMode::cbc) EVP_CIPHER_CTX_set_padding(context_.get(), 0);
  return done == 1;
}

std::unique_ptr<RecordCipher> RecordCipher::of_master(const KeyInputs& inputs, const Secret& master,
                                                      bool client) {
  const CipherSuite& suite = *inputs.suite;
  const bool cbc = suite.mode == CipherMode::cbc;
  const size_t mac = cbc ? suite.tag_size : 0;
  const bool has_iv = !cbc || inputs.version <= kTls10;
  const size_t iv = !has_iv ? 0 : cbc ? kAesBlock : suite.mode == CipherMode::chacha ? kNonce : 4;
  SecretBytes block(2 * (mac + suite.key_size + iv));
  const std::string seed = "key expansion" + inputs.server_random + inputs.client_random;
  if (!tls1_prf(inputs.version, suite.hash, master.bytes(), seed, &block.bytes())) return nullptr;
  std::unique_ptr<RecordCipher> cipher(new RecordCipher(suite, inputs.version));
  std::array<std::string_view, 6> parts;
  const std::array<size_t, 3> sizes = {mac, suite.key_size, iv};
  for (size_t i = 0; i < parts.size(); i++) parts[i] = block.take(sizes[i / 2]);
  const size_t side = client ? 0 : 1;
  cipher->mac_key_ = Secret(parts[side]);
  cipher->iv_ = Secret(parts[4 + side]);
  cipher->encrypt_then_mac_ = inputs.encrypt_then_mac;
  return cipher->start(parts[2 + side]) ? std::move(cipher) : nullptr;
}

std::unique_ptr<RecordCipher> RecordCipher::of_secret(const CipherSuite& suite,
                                                      const Secret& secret) {
  if (secret.bytes().size() != hash_size(suite) || suite.mode == CipherMode::cbc) return nullptr;
  SecretBytes key(suite.key_size);
  SecretBytes iv(kNonce);
  if (!expand_label(suite.hash, secret, "key", &key.bytes()) ||
      !expand_label(suite.hash, secret, "iv", &iv.bytes()))
    return nullptr;
  std::unique_ptr<RecordCipher> cipher(new RecordCipher(suite, kTls13));
  cipher->iv_ = Secret(iv.bytes());
  return cipher->start(key.bytes()) ? std::move(cipher) : nullptr;
}

bool RecordCipher::open(const TlsRecord& record, uint64_t sequence, std::string* plain,
                        uint8_t* type) {
  *type = record.type;
  if (suite_.mode == CipherMode::cbc) return open_cbc(record, sequence, plain);
  if (!open_aead(record, sequence, plain)) return false;
  if (version_ < kTls13) return true;
  // RFC 8446 5.4: the type stands behind the content, before the padding.
  const size_t end = plain->find_last_not_of('\0');
  if (end == std::string::npos) return false;
  *type = static_cast<uint8_t>((*plain)[end]);
  plain->resize(end);
  return true;
}

bool RecordCipher::open_aead(const TlsRecord& record, uint64_t sequence, std::string* plain) {
  const bool sequenced = version_ >= kTls13 || suite_.mode == CipherMode::chacha;
  std::string_view body = record.body;
  const size_t before = sequenced ? 0 : kExplicitNonce;
  if (body.size() < before + suite_.tag_size) return false;
  std::string nonce = sequenced ? nonce_by_sequence(iv_.bytes(), sequence)
                                : std::string(iv_.bytes()).append(body.substr(0, before));
  body.remove_prefix(before);
  std::string tag(body.substr(body.size() - suite_.tag_size));
  body.remove_suffix(suite_.tag_size);
  std::string head =
      version_ < kTls13 ? covered_head(record, sequence, body.size()) : std::string();
  if (version_ >= kTls13) {
    head = {static_cast<char>(record.type), static_cast<char>(record.version >> 8),
            static_cast<char>(record.version & 0xFF), static_cast<char>(record.body.size() >> 8),
            static_cast<char>(record.body.size() & 0xFF)};
  }
  EVP_CIPHER_CTX* const c = context_.get();
  const bool ccm = suite_.mode == CipherMode::ccm;
  const auto tag_size = static_cast<int>(tag.size());
  const auto size = static_cast<int>(body.size());
  plain->assign(body.size() + kAesBlock, '\0');
  int got = 0;
  // libcrypto's CCM needs the tag before the key, and the length before all data. It verifies the
  // tag in the call that decrypts.
  if (EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag_size, raw_bytes(tag)) != 1) return false;
  if (EVP_DecryptInit_ex2(c, nullptr, ccm ? bytes_of(key_) : nullptr, raw_bytes(nonce), nullptr) !=
      1)
    return false;
  if (ccm && EVP_DecryptUpdate(c, nullptr, &got, nullptr, size) != 1) return false;
  if (EVP_DecryptUpdate(c, nullptr, &got, raw_bytes(head), static_cast<int>(head.size())) != 1)
    return false;
  got = 0;
  if ((size > 0 || ccm) && EVP_DecryptUpdate(c, raw_bytes(*plain), &got, bytes_of(body), size) != 1)
    return false;
  int rest = 0;
  if (!ccm && EVP_DecryptFinal_ex(c, raw_bytes(*plain) + got, &rest) != 1) return false;
  plain->resize(body.size());
  return true;
}

bool RecordCipher::decrypt_cbc(std::string_view iv, std::string_view bytes, std::string* plain) {
  if (bytes.empty() || bytes.size() % kAesBlock != 0 || iv.size() != kAesBlock) return false;
  plain->assign(bytes.size() + kAesBlock, '\0');
  int got = 0;
  const bool done =
      EVP_DecryptInit_ex2(context_.get(), nullptr, nullptr, bytes_of(iv), nullptr) == 1 &&
      EVP_DecryptUpdate(context_.get(), raw_bytes(*plain), &got, bytes_of(bytes),
                        static_cast<int>(bytes.size())) == 1;
  plain->resize(bytes.size());
  return done && static_cast<size_t>(got) == bytes.size();
}

std::string RecordCipher::mac_of(const TlsRecord& record, uint64_t sequence,
                                 std::string_view bytes) const {
  const std::string message = covered_head(record, sequence, bytes.size()).append(bytes);
  const EVP_MD* const digest = EVP_get_digestbyname(suite_.mac);
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (digest == nullptr ||
      HMAC(digest, mac_key_.bytes().data(), static_cast<int>(mac_key_.bytes().size()),
           bytes_of(message), message.size(), raw_bytes(mac), &size) == nullptr)
    return {};
  mac.resize(size);
  return mac;
}

bool RecordCipher::open_cbc(const TlsRecord& record, uint64_t sequence, std::string* plain) {
  std::string_view body = record.body;
  if (encrypt_then_mac_) {
    if (body.size() < suite_.tag_size) return false;
    const std::string_view sent = body.substr(body.size() - suite_.tag_size);
    body.remove_suffix(suite_.tag_size);
    if (mac_of(record, sequence, body) != sent) return false;
  }
  const bool chained = version_ <= kTls10;
  const std::string iv(chained ? iv_.bytes() : body.substr(0, kAesBlock));
  if (!chained) body.remove_prefix(std::min(kAesBlock, body.size()));
  return decrypt_cbc(iv, body, plain) && strip_padding_and_mac(record, sequence, plain);
}

// The plaintext is content, MAC, padding and the length of the padding (RFC 5246 section 6.2.3.2).
bool RecordCipher::strip_padding_and_mac(const TlsRecord& record, uint64_t sequence,
                                         std::string* plain) const {
  const size_t padding = static_cast<uint8_t>(plain->back()) + size_t{1};
  const size_t mac = encrypt_then_mac_ ? 0 : suite_.tag_size;
  if (plain->size() < padding + mac) return false;
  const char last = plain->back();
  if (!std::all_of(plain->end() - static_cast<std::ptrdiff_t>(padding), plain->end(),
                   [&](char c) { return c == last; }))
    return false;
  plain->resize(plain->size() - padding);
  if (encrypt_then_mac_) return true;
  const std::string sent = plain->substr(plain->size() - mac);
  plain->resize(plain->size() - mac);
  return mac_of(record, sequence, *plain) == sent;
}

void RecordCipher::pass(std::string_view body) {
  if (suite_.mode != CipherMode::cbc || version_ > kTls10) return;
  if (encrypt_then_mac_) body.remove_suffix(std::min(body.size(), suite_.tag_size));
  if (body.size() >= kAesBlock) iv_ = Secret(body.substr(body.size() - kAesBlock));
}

Secret updated_secret(const CipherSuite& suite, const Secret& secret) {
  SecretBytes next(hash_size(suite));
  if (!expand_label(suite.hash, secret, "traffic upd", &next.bytes())) return {};
  return Secret(next.bytes());
}

bool export_keys(uint16_t version, const char* hash, const Secret& master, std::string_view label,
                 std::string_view randoms, std::string* out) {
  return tls1_prf(version, hash, master.bytes(), std::string(label).append(randoms), out);
}

bool export_dtls13_keys(const char* hash, const Secret& exporter, std::string_view label,
                        std::string* out) {
  std::string nothing(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  const EVP_MD* const digest = EVP_get_digestbyname(hash);
  if (digest == nullptr || EVP_Digest(nullptr, 0, raw_bytes(nothing), &size, digest, nullptr) != 1)
    return false;
  nothing.resize(size);
  constexpr std::string_view kPrefix = "dtls13";
  SecretBytes derived(size);
  return exporter.bytes().size() == size &&
         expand_label(hash, exporter, label, &derived.bytes(), nothing, kPrefix) &&
         expand_label(hash, Secret(derived.bytes()), "exporter", out, nothing, kPrefix);
}

Secret master_secret(const KeyInputs& inputs, std::string_view premaster, std::string_view hash) {
  constexpr size_t kMasterSize = 48;
  SecretBytes master(kMasterSize);
  const std::string seed = hash.empty()
                               ? "master secret" + inputs.client_random + inputs.server_random
                               : "extended master secret" + std::string(hash);
  if (!tls1_prf(inputs.version, inputs.suite->hash, premaster, seed, &master.bytes())) return {};
  return Secret(master.bytes());
}

}  // namespace sipladder
