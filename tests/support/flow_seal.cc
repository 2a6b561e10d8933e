#include "tests/support/flow_seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "decode/bytes.h"
#include "tests/support/packet_builder.h"

namespace sipladder::build {

std::string expand_tls13(const std::string& secret, const std::string& label, size_t size) {
  const std::string name = "tls13 " + label;
  const std::string info = number16(static_cast<unsigned>(size)) +
                           bytes({static_cast<int>(name.size())}) + name + bytes({0, 1});
  std::array<uint8_t, 32> block{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(info), info.size(),
       block.data(), &length);
  return std::string(reinterpret_cast<const char*>(block.data()), size);
}

std::string seal_tls13(const std::string& secret, uint64_t sequence, int type,
                       const std::string& content) {
  const std::string plain = content + bytes({type});
  const std::string head = bytes({23, 3, 3}) + number16(static_cast<unsigned>(plain.size() + 16));
  std::string nonce = expand_tls13(secret, "iv", 12);
  for (size_t i = 0; i < 8; i++)
    nonce[11 - i] = static_cast<char>(nonce[11 - i] ^ static_cast<char>(sequence >> (8 * i)));
  const std::string key = expand_tls13(secret, "key", 16);
  std::string sealed(plain.size(), '\0'), tag(16, '\0');
  EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
  int got = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, bytes_of(key), bytes_of(nonce));
  EVP_EncryptUpdate(context, nullptr, &got, bytes_of(head), static_cast<int>(head.size()));
  EVP_EncryptUpdate(context, reinterpret_cast<uint8_t*>(sealed.data()), &got, bytes_of(plain),
                    static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(context, nullptr, &got);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag.data());
  EVP_CIPHER_CTX_free(context);
  return head + sealed + tag;
}

}  // namespace sipladder::build
