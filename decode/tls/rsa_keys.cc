#include "decode/tls/rsa_keys.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "decode/bytes.h"
#include "decode/tls/names.h"

namespace sipladder {

void RsaKeys::Free::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

RsaKeys::RsaKeys() = default;
RsaKeys::~RsaKeys() = default;

std::string RsaKeys::add_file(const std::string& name) {
  if (keys_.size() >= kMaxRsaKeys) return name + ": too many private keys";
  std::FILE* const file = std::fopen(name.c_str(), "rb");
  if (file == nullptr) return name + ": the private key cannot be opened: " + std::strerror(errno);
  std::unique_ptr<evp_pkey_st, Free> key(PEM_read_PrivateKey(file, nullptr, nullptr, nullptr));
  std::fclose(file);
  ERR_clear_error();
  if (key == nullptr) return name + ": not a private key in PEM, or its passphrase is wrong";
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1)
    return name + ": not an RSA key; of other suites the session keys are needed (--keylog)";
  keys_.push_back(std::move(key));
  return {};
}

std::string RsaKeys::premaster(std::string_view encrypted) const {
  constexpr size_t kPremaster = 48;
  for (const auto& key : keys_) {
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr);
    std::string secret(static_cast<size_t>(EVP_PKEY_get_size(key.get())), '\0');
    size_t size = secret.size();
    const bool done = context != nullptr && EVP_PKEY_decrypt_init(context) == 1 &&
                      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                      EVP_PKEY_decrypt(context, reinterpret_cast<uint8_t*>(secret.data()), &size,
                                       bytes_of(encrypted), encrypted.size()) == 1;
    EVP_PKEY_CTX_free(context);
    ERR_clear_error();
    // A premaster secret begins with the version that the client offered, 3.x.
    if (done && size == kPremaster && secret[0] == 3) return secret.substr(0, size);
  }
  return {};
}

std::string session_hash(uint16_t version, const char* hash, std::string_view messages) {
  const EVP_MD* const digest =
      version >= kTls12 ? EVP_get_digestbyname(hash) : EVP_get_digestbyname("MD5-SHA1");
  std::string result(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (digest == nullptr ||
      EVP_Digest(messages.data(), messages.size(), reinterpret_cast<uint8_t*>(result.data()), &size,
                 digest, nullptr) != 1)
    return {};
  result.resize(size);
  return result;
}

}  // namespace sipladder
