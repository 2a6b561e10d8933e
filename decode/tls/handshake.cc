#include "decode/tls/handshake.h"

#include <algorithm>

#include "decode/bytes.h"
#include "decode/tls/names.h"

namespace sipladder {
namespace {

constexpr size_t kMessageHeader = 4;  // type and length
constexpr size_t kRandomSize = 32;

// Reads the bytes of a message from front to back. A field that is not there is empty or 0, and
// cut() is true from then on.
class HandshakeFields {
 public:
  explicit HandshakeFields(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(size_t count) {
    cut_ = cut_ || count > rest_.size();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  size_t number(size_t bytes) {
    size_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  uint16_t u16() { return static_cast<uint16_t>(number(2)); }
  std::string_view vector(size_t length_bytes) { return take(number(length_bytes)); }
  bool empty() const { return rest_.empty(); }
  bool cut() const { return cut_; }

 private:
  std::string_view rest_;
  bool cut_ = false;
};

enum TlsExtension : uint16_t {
  kServerNameExt = 0,
  kAlpnExt = 16,
  kEncryptThenMac = 22,
  kExtendedMaster = 23,
  kEarlyData = 42,
  kSupportedVersions = 43,
};

bool is_grease(uint16_t number) {  // RFC 8701
  return (number & 0x0F0F) == 0x0A0A && number >> 8 == (number & 0xFF);
}

std::string short_text(std::string_view text) {
  return std::string(text.substr(0, kMaxNameBytes));
}

std::vector<std::string> read_alpn(std::string_view body) {
  std::vector<std::string> names;
  HandshakeFields fields(HandshakeFields(body).vector(2));
  while (!fields.empty() && names.size() < kMaxNamed) names.push_back(short_text(fields.vector(1)));
  return names;
}

void read_client_extension(uint16_t type, std::string_view body, ClientHello* hello) {
  if (type == kServerNameExt) {
    HandshakeFields names(HandshakeFields(body).vector(2));
    if (names.number(1) == 0) hello->server_name = short_text(names.vector(2));
  } else if (type == kAlpnExt) {
    hello->alpn = read_alpn(body);
  } else if (type == kSupportedVersions) {
    HandshakeFields versions(HandshakeFields(body).vector(1));
    hello->versions.clear();
    while (!versions.empty() && hello->versions.size() < kMaxNamed) {
      const uint16_t version = versions.u16();
      if (!is_grease(version)) hello->versions.push_back(version);
    }
  } else if (type == kEarlyData) {
    hello->early_data = true;
  }
}

void read_server_extension(uint16_t type, std::string_view body, ServerHello* hello) {
  if (type == kSupportedVersions && body.size() == 2) hello->version = be16(bytes_of(body));
  if (type == kEncryptThenMac) hello->encrypt_then_mac = true;
  if (type == kExtendedMaster) hello->extended_master = true;
  if (type != kAlpnExt) return;
  const std::vector<std::string> chosen = read_alpn(body);
  if (!chosen.empty()) hello->alpn = chosen.front();
}

template <typename Read>
void each_extension(std::string_view list, Read read) {
  HandshakeFields extensions(list);
  while (!extensions.empty()) {
    const uint16_t type = extensions.u16();
    const std::string_view body = extensions.vector(2);
    if (!extensions.cut()) read(type, body);
  }
}

// SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3).
constexpr std::string_view kRetryRandom =
    "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91"
    "\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C";

}  // namespace

std::optional<ClientHello> parse_client_hello(std::string_view body) {
  ClientHello hello;
  HandshakeFields fields(body);
  hello.versions.push_back(fields.u16());
  hello.random = fields.take(kRandomSize);
  hello.session_id = fields.vector(1);
  HandshakeFields suites(fields.vector(2));
  if (fields.cut()) return std::nullopt;
  while (!suites.empty()) {
    const uint16_t suite = suites.u16();
    if (!is_grease(suite)) hello.suites.push_back(suite);
  }
  fields.vector(1);  // compression
  each_extension(fields.vector(2), [&](uint16_t type, std::string_view extension) {
    read_client_extension(type, extension, &hello);
  });
  std::sort(hello.versions.rbegin(), hello.versions.rend());
  return hello;
}

std::optional<ServerHello> parse_server_hello(std::string_view body) {
  ServerHello hello;
  HandshakeFields fields(body);
  hello.version = fields.u16();
  hello.random = fields.take(kRandomSize);
  hello.session_id = fields.vector(1);
  hello.suite = fields.u16();
  hello.compression = static_cast<uint8_t>(fields.number(1));
  if (fields.cut()) return std::nullopt;
  hello.retry = hello.random == kRetryRandom;
  each_extension(fields.vector(2), [&](uint16_t type, std::string_view extension) {
    read_server_extension(type, extension, &hello);
  });
  return hello;
}

EncryptedExtensions parse_encrypted_extensions(std::string_view body) {
  EncryptedExtensions result;
  each_extension(HandshakeFields(body).vector(2), [&](uint16_t type, std::string_view extension) {
    if (type == kEarlyData) result.early_data = true;
    if (type != kAlpnExt) return;
    const std::vector<std::string> chosen = read_alpn(extension);
    if (!chosen.empty()) result.alpn = chosen.front();
  });
  return result;
}

void HandshakeReader::add(std::string_view content) {
  const size_t skipped = std::min(skip_, content.size());
  skip_ -= skipped;
  bytes_.append(content.substr(skipped));
}

std::optional<HandshakeReader::Message> HandshakeReader::next() {
  if (bytes_.size() < kMessageHeader) return std::nullopt;
  const uint8_t* const p = bytes_of(bytes_);
  const size_t length = kMessageHeader + (size_t{p[1]} << 16 | size_t{p[2]} << 8 | p[3]);
  Message message{static_cast<HandshakeType>(p[0]), {}, length <= kMaxHandshake};
  if (!message.whole) {
    const size_t here = std::min(length, bytes_.size());
    skip_ = length - here;
    bytes_.erase(0, here);
    return message;
  }
  if (bytes_.size() < length) return std::nullopt;
  message.body = bytes_.substr(kMessageHeader, length - kMessageHeader);
  bytes_.erase(0, length);
  return message;
}

}  // namespace sipladder
