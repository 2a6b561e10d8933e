#include "decode/srtp/cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>

#include "decode/bytes.h"

namespace sipladder {
namespace {

constexpr size_t kBlock = 16;    // of AES
constexpr size_t kAuthKey = 20;  // of HMAC-SHA1
constexpr size_t kRtcpTag = 10;  // also of suites with 4 bytes for RTP (RFC 4568 6.2.2)
constexpr size_t kGcmTag = 16;
constexpr size_t kRtcpHead = 8;   // in the clear
constexpr size_t kRtcpIndex = 4;  // with the bit that says "encrypted"

using Block = std::array<uint8_t, kBlock>;

const EVP_CIPHER* cipher_of(SrtpMode mode, size_t key_bytes) {
  if (mode == SrtpMode::gcm) return key_bytes == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
  return key_bytes == 16   ? EVP_aes_128_ctr()
         : key_bytes == 24 ? EVP_aes_192_ctr()
                           : EVP_aes_256_ctr();
}

// The key derivation of RFC 3711 section 4.3.3: the key stream of the master key, whose start salt
// and label determine. A salt of 12 bytes gets two zeros behind it (RFC 7714 section 11).
class Derivation {
 public:
  explicit Derivation(const SrtpKey& key) : key_(key), context_(EVP_CIPHER_CTX_new()) {}
  ~Derivation() { EVP_CIPHER_CTX_free(context_); }
  Derivation(const Derivation&) = delete;
  Derivation& operator=(const Derivation&) = delete;

  Secret of(uint8_t label, size_t size) {
    const std::string_view salt = key_.key.bytes().substr(key_.suite->key_bytes);
    Block iv{};
    salt.copy(reinterpret_cast<char*>(iv.data()), salt.size());
    iv[7] ^= label;
    constexpr std::array<uint8_t, Secret::kMost> kZeros{};
    std::array<uint8_t, Secret::kMost> out{};
    int got = 0;
    const EVP_CIPHER* const cipher = cipher_of(SrtpMode::counter, key_.suite->key_bytes);
    Secret secret;
    if (context_ != nullptr &&
        EVP_EncryptInit_ex2(context_, cipher, bytes_of(key_.key.bytes()), iv.data(), nullptr) ==
            1 &&
        EVP_EncryptUpdate(context_, out.data(), &got, kZeros.data(), static_cast<int>(size)) == 1)
      secret = Secret({reinterpret_cast<const char*>(out.data()), size});
    OPENSSL_cleanse(out.data(), out.size());
    return secret;
  }

 private:
  const SrtpKey& key_;
  EVP_CIPHER_CTX* context_;
};

// Bytes of the RTP header with its extension, which are not encrypted; 0 when it is not complete.
size_t rtp_head(std::string_view packet) {
  if (packet.size() < 12) return 0;
  const uint8_t* p = bytes_of(packet);
  size_t head = 12 + 4 * size_t{p[0] & 0x0FU};
  if ((p[0] & 0x10U) != 0) {
    if (packet.size() < head + 4) return 0;
    head += 4 + 4 * size_t{be16(p + head + 2)};
  }
  return packet.size() < head ? 0 : head;
}

// In counter mode salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16 (RFC 3711 section 4.1.1). GCM has
// the same numbers two bytes further to the front (RFC 7714 sections 8.1 and 9.1). `index`: 48
// bits.
Block iv_of(SrtpMode mode, const Secret& salt, uint32_t ssrc, uint64_t index) {
  Block iv{};
  const size_t at = mode == SrtpMode::gcm ? 2 : 4;
  for (size_t i = 0; i < 4; i++) iv[at + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
  for (size_t i = 0; i < 6; i++) iv[at + 4 + i] = static_cast<uint8_t>(index >> (40 - 8 * i));
  const std::string_view bytes = salt.bytes();
  for (size_t i = 0; i < bytes.size(); i++) iv[i] ^= static_cast<uint8_t>(bytes[i]);
  return iv;
}

}  // namespace

void SrtpCipher::FreeContext::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}
void SrtpCipher::FreeContext::operator()(evp_mac_ctx_st* context) const {
  EVP_MAC_CTX_free(context);
}

SrtpCipher::~SrtpCipher() = default;

std::unique_ptr<SrtpCipher> SrtpCipher::of(const SrtpKey& key) {
  std::unique_ptr<SrtpCipher> cipher(new SrtpCipher(key));
  const bool done = cipher->derive(false, &cipher->rtp_) && cipher->derive(true, &cipher->rtcp_);
  return done ? std::move(cipher) : nullptr;
}

bool SrtpCipher::derive(bool rtcp, Session* session) const {
  const SrtpSuite& suite = *key_.suite;
  Derivation derivation(key_);
  const auto label = [&](int of_rtp) { return static_cast<uint8_t>(of_rtp + (rtcp ? 3 : 0)); };
  const Secret key = derivation.of(label(0), suite.key_bytes);
  session->salt = derivation.of(label(2), suite.salt_bytes);
  if (key.empty() || session->salt.empty()) return false;
  if (suite.mode != SrtpMode::none) {
    session->cipher.reset(EVP_CIPHER_CTX_new());
    if (session->cipher == nullptr ||
        EVP_DecryptInit_ex2(session->cipher.get(), cipher_of(suite.mode, suite.key_bytes),
                            bytes_of(key.bytes()), nullptr, nullptr) != 1)
      return false;
  }
  if (suite.mode == SrtpMode::gcm) return true;
  const Secret auth = derivation.of(label(1), kAuthKey);
  EVP_MAC* const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  session->mac.reset(hmac == nullptr ? nullptr : EVP_MAC_CTX_new(hmac));
  EVP_MAC_free(hmac);
  std::array<char, 5> digest = {"SHA1"};
  const std::array<OSSL_PARAM, 2> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  return session->mac != nullptr && EVP_MAC_init(session->mac.get(), bytes_of(auth.bytes()),
                                                 auth.bytes().size(), params.data()) == 1;
}

bool SrtpCipher::has_tag(Session& session, std::string_view covered, std::string_view behind,
                         std::string_view tag) const {
  std::array<uint8_t, kAuthKey> made{};
  size_t size = 0;
  EVP_MAC_CTX* const mac = session.mac.get();
  return EVP_MAC_init(mac, nullptr, 0, nullptr) == 1 &&
         EVP_MAC_update(mac, bytes_of(covered), covered.size()) == 1 &&
         EVP_MAC_update(mac, bytes_of(behind), behind.size()) == 1 &&
         EVP_MAC_final(mac, made.data(), &size, made.size()) == 1 && tag.size() <= size &&
         CRYPTO_memcmp(made.data(), tag.data(), tag.size()) == 0;
}

// Decrypts `body` and appends it to *plain. With GCM, `body` ends with the tag, and `covered` is
// what the tag authenticates beside it.
bool SrtpCipher::decrypt(Session& session, const uint8_t* iv, std::string_view covered,
                         std::string_view body, std::string* plain) const {
  EVP_CIPHER_CTX* const c = session.cipher.get();
  const bool gcm = key_.suite->mode == SrtpMode::gcm;
  std::string tag;
  if (gcm) {
    if (body.size() < kGcmTag) return false;
    tag.assign(body.substr(body.size() - kGcmTag));
    body.remove_suffix(kGcmTag);
  }
  const size_t before = plain->size();
  plain->resize(before + body.size() + kBlock);
  int got = 0;
  bool done = EVP_DecryptInit_ex2(c, nullptr, nullptr, iv, nullptr) == 1;
  if (gcm)
    done = done && EVP_DecryptUpdate(c, nullptr, &got, bytes_of(covered),
                                     static_cast<int>(covered.size())) == 1;
  got = 0;
  if (!body.empty())
    done = done && EVP_DecryptUpdate(c, raw_bytes(*plain) + before, &got, bytes_of(body),
                                     static_cast<int>(body.size())) == 1;
  if (gcm)
    done = done &&
           EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kGcmTag),
                               raw_bytes(tag)) == 1 &&
           EVP_DecryptFinal_ex(c, raw_bytes(*plain) + before + got, &got) == 1;
  plain->resize(before + body.size());
  return done;
}

bool SrtpCipher::take_mki(std::string_view* packet) const {
  if (!packet->ends_with(key_.mki)) return false;
  packet->remove_suffix(key_.mki.size());
  return true;
}

bool SrtpCipher::open(std::string_view packet, uint32_t rollover, std::string* plain) {
  const SrtpMode mode = key_.suite->mode;
  const bool gcm = mode == SrtpMode::gcm;
  const size_t tag_bytes = gcm || !key_.authenticates ? 0 : key_.suite->tag_bytes;
  const size_t head = rtp_head(packet);
  if (head == 0 || packet.size() < head + tag_bytes) return false;
  const std::string_view tag = packet.substr(packet.size() - tag_bytes);
  packet.remove_suffix(tag_bytes);
  if (!take_mki(&packet) || packet.size() < head) return false;
  if (tag_bytes != 0) {
    std::array<char, 4> counter{};
    for (size_t i = 0; i < 4; i++) counter[i] = static_cast<char>(rollover >> (24 - 8 * i));
    if (!has_tag(rtp_, packet, {counter.data(), counter.size()}, tag)) return false;
  }
  if (mode == SrtpMode::none || (!gcm && !key_.encrypts)) {
    plain->assign(packet);
    return true;
  }
  const uint8_t* p = bytes_of(packet);
  const Block iv = iv_of(mode, rtp_.salt, be32(p + 8), uint64_t{rollover} << 16 | be16(p + 2));
  plain->assign(packet.substr(0, head));
  return decrypt(rtp_, iv.data(), packet.substr(0, head), packet.substr(head), plain);
}

bool SrtpCipher::open_rtcp(std::string_view packet, std::string* plain) {
  const SrtpMode mode = key_.suite->mode;
  const bool gcm = mode == SrtpMode::gcm;
  const size_t tag_bytes = gcm ? 0 : kRtcpTag;
  if (packet.size() < kRtcpHead + kRtcpIndex + tag_bytes) return false;
  const std::string_view tag = packet.substr(packet.size() - tag_bytes);
  packet.remove_suffix(tag_bytes);
  if (!take_mki(&packet) || packet.size() < kRtcpHead + kRtcpIndex) return false;
  const std::string_view covered = packet;
  const std::string_view word = packet.substr(packet.size() - kRtcpIndex);
  packet.remove_suffix(kRtcpIndex);
  const uint32_t index = be32(bytes_of(word)) & 0x7FFF'FFFF;
  const bool encrypted = (be32(bytes_of(word)) & 0x8000'0000) != 0;
  if (!gcm && !has_tag(rtcp_, covered, {}, tag)) return false;
  const uint32_t ssrc = be32(bytes_of(packet) + 4);
  if (gcm) {
    // The index has 32 bits and stands where RTP has counter and sequence number (RFC 7714 9.1).
    const Block iv = iv_of(mode, rtcp_.salt, ssrc, index);
    const size_t head = encrypted ? kRtcpHead : packet.size() - std::min(kGcmTag, packet.size());
    plain->assign(packet.substr(0, head));
    const std::string beside = std::string(packet.substr(0, head)).append(word);
    return decrypt(rtcp_, iv.data(), beside, packet.substr(head), plain);
  }
  if (!encrypted || mode == SrtpMode::none) {
    plain->assign(packet);
    return true;
  }
  const Block iv = iv_of(mode, rtcp_.salt, ssrc, index);
  plain->assign(packet.substr(0, kRtcpHead));
  return decrypt(rtcp_, iv.data(), {}, packet.substr(kRtcpHead), plain);
}

}  // namespace sipladder
