#include "decode/tls/names.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sipladder {
namespace {

constexpr CipherSuite kCipherSuites[] = {
#define SUITE(number, name, mode, cipher, key, tag, mac, hash, rsa) \
  {number, name, CipherMode::mode, cipher, key, tag, mac, hash, rsa},
#include "decode/tls/suites.def"
#undef SUITE
};

struct NamedAlert {
  uint8_t number;
  std::string_view name;
};
constexpr NamedAlert kAlertNames[] = {
#define ALERT(number, name) {number, name},
#include "decode/tls/alerts.def"
#undef ALERT
};

std::string hex_number(uint16_t number) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%04X", unsigned{number});
  return text.data();
}

}  // namespace

const CipherSuite* find_suite(uint16_t number) {
  const auto* const found =
      std::find_if(std::begin(kCipherSuites), std::end(kCipherSuites),
                   [&](const CipherSuite& suite) { return suite.number == number; });
  return found == std::end(kCipherSuites) ? nullptr : found;
}

std::string suite_name(uint16_t number) {
  const CipherSuite* const suite = find_suite(number);
  return suite == nullptr ? hex_number(number) : std::string(suite->name);
}

std::string tls_version_name(uint16_t version) {
  // DTLS counts downwards (RFC 6347 4.1, RFC 9147 5.3).
  if (version == kDtls10) return "DTLS 1.0";
  if (version == kDtls12) return "DTLS 1.2";
  if (version == kDtls13) return "DTLS 1.3";
  if (version == kSsl3) return "SSL 3.0";
  if (version >= kTls10 && version <= kTls13) return "1." + std::to_string(version - kTls10);
  return hex_number(version);
}

std::string alert_name(uint8_t number) {
  const auto* const found =
      std::find_if(std::begin(kAlertNames), std::end(kAlertNames),
                   [&](const NamedAlert& alert) { return alert.number == number; });
  return found == std::end(kAlertNames) ? "alert " + std::to_string(number)
                                        : std::string(found->name);
}

}  // namespace sipladder
