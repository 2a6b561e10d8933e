#include "export/html/sha256.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

namespace sipladder {
namespace {

class Sha256 {
 public:
  Sha256() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string finish() {
    std::string digest(32, '\0');
    EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

}  // namespace

std::string sha256_base64(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return base64(hash.finish());
}

uint64_t sha256_number(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  const std::string digest = hash.finish();
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof number; i++)
    number = number << 8 | static_cast<unsigned char>(digest[i]);
  return number;
}

std::string sha256_of_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return {};
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::vector<char> buffer(1 << 16);
  while (file.read(buffer.data(), std::ssize(buffer)) || file.gcount() > 0)
    hash.add({buffer.data(), static_cast<size_t>(file.gcount())});
  if (file.bad()) return {};
  std::string hex;
  for (const char byte : hash.finish()) hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return hex;
}

// EVP_EncodeBlock counts in int: pieces of three bytes each, so that none but the last is padded.
std::string base64(std::string_view bytes) {
  constexpr size_t kPiece = size_t{3} << 20;
  std::string out;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPiece);
    bytes.remove_prefix(piece.size());
    const size_t at = out.size(), size = (piece.size() + 2) / 3 * 4;
    out.resize(at + size + 1);  // EVP_EncodeBlock writes a zero byte behind the text
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + at),
                    reinterpret_cast<const unsigned char*>(piece.data()),
                    static_cast<int>(piece.size()));
    out.resize(at + size);
  }
  return out;
}

}  // namespace sipladder
