#include "tests/support/flow_srtp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <vector>

#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

struct Suite {
  std::string_view name;
  size_t key;
  size_t salt;
  size_t tag;
  bool gcm;
  bool encrypts;
};
constexpr Suite kSuites[] = {
    {"AES_CM_128_HMAC_SHA1_80", 16, 14, 10, false, true},
    {"AES_CM_128_HMAC_SHA1_32", 16, 14, 4, false, true},
    {"AES_192_CM_HMAC_SHA1_80", 24, 14, 10, false, true},
    {"AES_256_CM_HMAC_SHA1_80", 32, 14, 10, false, true},
    {"AES_256_CM_HMAC_SHA1_32", 32, 14, 4, false, true},
    {"AEAD_AES_128_GCM", 16, 12, 16, true, true},
    {"AEAD_AES_256_GCM", 32, 12, 16, true, true},
    {"NULL_HMAC_SHA1_80", 16, 14, 10, false, false},
};

const unsigned char* ssl_bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string decode_base64(std::string text) {
  size_t padding = 0;
  while (text.ends_with('=')) text.pop_back();
  while ((text.size() + padding) % 4 != 0) padding++;
  text.append(padding, '=');
  std::string bytes(text.size() / 4 * 3, '\0');
  const int got = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), ssl_bytes(text),
                                  static_cast<int>(text.size()));
  bytes.resize(got < 0 ? 0 : static_cast<size_t>(got) - padding);
  return bytes;
}

std::string counter_mode(const std::string& key, const std::string& iv, const std::string& text) {
  const EVP_CIPHER* const cipher = key.size() == 16   ? EVP_aes_128_ctr()
                                   : key.size() == 24 ? EVP_aes_192_ctr()
                                                      : EVP_aes_256_ctr();
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  std::string out(text.size(), '\0');
  int got = 0;
  EVP_EncryptInit_ex(context, cipher, nullptr, ssl_bytes(key), ssl_bytes(iv));
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &got, ssl_bytes(text),
                    static_cast<int>(text.size()));
  EVP_CIPHER_CTX_free(context);
  return out;
}

std::string gcm(const std::string& key, const std::string& iv, const std::string& beside,
                const std::string& text) {
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  std::string out(text.size(), '\0');
  std::string tag(16, '\0');
  int got = 0;
  EVP_EncryptInit_ex(context, key.size() == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), nullptr,
                     ssl_bytes(key), ssl_bytes(iv));
  EVP_EncryptUpdate(context, nullptr, &got, ssl_bytes(beside), static_cast<int>(beside.size()));
  EVP_EncryptUpdate(context, reinterpret_cast<unsigned char*>(out.data()), &got, ssl_bytes(text),
                    static_cast<int>(text.size()));
  EVP_EncryptFinal_ex(context, nullptr, &got);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  EVP_CIPHER_CTX_free(context);
  return out + tag;
}

// RFC 3711 4.3.
std::string derive(const Suite& suite, const std::string& master, int label, size_t size) {
  std::string iv = master.substr(suite.key);
  iv.resize(16);
  iv[7] = static_cast<char>(iv[7] ^ label);
  return counter_mode(master.substr(0, suite.key), iv, std::string(size, '\0'));
}

std::string hmac(const std::string& key, const std::string& text, size_t size) {
  unsigned char made[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), ssl_bytes(text), text.size(), made,
       &length);
  return {reinterpret_cast<const char*>(made), size};
}

std::string xored(std::string a, const std::string& b) {
  for (size_t i = 0; i < b.size(); i++) a[i] = static_cast<char>(a[i] ^ b[i]);
  return a;
}

const Suite* find(std::string_view name) {
  for (const Suite& suite : kSuites) {
    if (suite.name == name) return &suite;
  }
  return nullptr;
}

}  // namespace

std::string protect_rtp(std::string_view suite_name, const std::string& key, const std::string& mki,
                        const std::string& packet, uint32_t rollover) {
  const Suite* const suite = find(suite_name);
  if (suite == nullptr) return packet;
  const std::string master = decode_base64(key);
  const std::string session_key = derive(*suite, master, 0, suite->key);
  const std::string salt = derive(*suite, master, 2, suite->salt);
  const std::string head = packet.substr(0, 12), ssrc = packet.substr(8, 4);
  const std::string place = number32(rollover) + packet.substr(2, 2);
  if (suite->gcm) {
    const std::string iv = xored(std::string(2, '\0') + ssrc + place, salt);
    return head + gcm(session_key, iv, head, packet.substr(12)) + mki;
  }
  const std::string iv = xored(std::string(4, '\0') + ssrc + place + std::string(2, '\0'), salt);
  const std::string covered =
      suite->encrypts ? head + counter_mode(session_key, iv, packet.substr(12)) : packet;
  const std::string tag =
      hmac(derive(*suite, master, 1, 20), covered + number32(rollover), suite->tag);
  return covered + mki + tag;
}

std::string protect_rtcp(std::string_view suite_name, const std::string& key,
                         const std::string& packet, uint32_t index) {
  const Suite* const suite = find(suite_name);
  if (suite == nullptr) return packet;
  const std::string master = decode_base64(key);
  const std::string session_key = derive(*suite, master, 3, suite->key);
  const std::string salt = derive(*suite, master, 5, suite->salt);
  const std::string head = packet.substr(0, 8), ssrc = packet.substr(4, 4);
  const std::string word = number32(index | (suite->encrypts ? 0x80000000U : 0U));
  const std::string place = std::string(2, '\0') + number32(index);
  if (suite->gcm) {
    const std::string iv = xored(std::string(2, '\0') + ssrc + place, salt);
    return head + gcm(session_key, iv, head + word, packet.substr(8)) + word;
  }
  const std::string iv = xored(std::string(4, '\0') + ssrc + place + std::string(2, '\0'), salt);
  const std::string covered =
      (suite->encrypts ? head + counter_mode(session_key, iv, packet.substr(8)) : packet) + word;
  return covered + hmac(derive(*suite, master, 4, 20), covered, 10);
}

}  // namespace sipladder::build
