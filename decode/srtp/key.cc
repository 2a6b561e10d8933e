#include "decode/srtp/key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <optional>

#include "decode/bytes.h"
#include "decode/text.h"
#include "decode/tls/names.h"
#include "decode/tls/record_cipher.h"

namespace sipladder {
namespace {

constexpr SrtpSuite kSuites[] = {
#define SRTP_SUITE(name, before, mode, key, salt, tag) \
  {name, before, SrtpMode::mode, key, salt, tag},
#include "decode/srtp/suites.def"
#undef SRTP_SUITE
};

// Decodes base64 with or without its padding. Empty when it is no base64, or too long for a key.
Secret decode_key(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::array<char, 4 * (Secret::kMost / 3 + 1)> padded{};
  const size_t size = (text.size() + 3) / 4 * 4;
  if (size > padded.size()) return {};
  padded.fill('=');
  text.copy(padded.data(), text.size());
  std::array<unsigned char, padded.size()> bytes{};
  const int got = EVP_DecodeBlock(
      bytes.data(), reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(size));
  const size_t whole = text.size() * 6 / 8;
  Secret key;
  if (got >= 0 && whole <= bytes.size())
    key = Secret({reinterpret_cast<const char*>(bytes.data()), whole});
  OPENSSL_cleanse(bytes.data(), bytes.size());
  OPENSSL_cleanse(padded.data(), padded.size());
  return key;
}

// "1:4": the number 1 in four bytes.
std::optional<std::string> decode_mki(std::string_view text) {
  const auto value = parse_number<uint64_t>(cut(&text, ':'));
  const auto size = parse_number<size_t>(text);
  if (!value || !size || *size == 0 || *size > kMaxMki) return std::nullopt;
  std::string mki(*size, '\0');
  for (size_t i = 0; i < mki.size() && i < 8; i++)
    mki[mki.size() - 1 - i] = static_cast<char>(*value >> (8 * i));
  return mki;
}

// "inline:KEY|LIFETIME|MKI:LENGTH", the last two optional.
std::optional<SrtpKey> decode_key_param(const SrtpSuite& suite, std::string_view text) {
  const std::string_view method = cut(&text, ':');
  if (!equal_no_case(method, "inline")) return std::nullopt;
  SrtpKey key;
  key.suite = &suite;
  key.key = decode_key(cut(&text, '|'));
  if (key.key.bytes().size() != size_t{suite.key_bytes} + suite.salt_bytes) return std::nullopt;
  while (!text.empty()) {
    const std::string_view part = cut(&text, '|');
    if (part.find(':') == std::string_view::npos) continue;  // a lifetime: not needed here
    const auto mki = decode_mki(part);
    if (!mki) return std::nullopt;
    key.mki = *mki;
  }
  return key;
}

// Takes a session parameter. False when it changes how keys are derived, or what a packet holds, in
// a way that is not supported (KDR, FEC_ORDER, FEC_KEY), or is unknown. An unknown one may be
// ignored only if it begins with "-" (RFC 4568 section 6.3.7).
bool take_parameter(std::string_view parameter, SrtpKey* key) {
  if (parameter == "UNENCRYPTED_SRTP") {
    key->encrypts = false;
  } else if (parameter == "UNENCRYPTED_SRTCP") {
    key->encrypts_rtcp = false;
  } else if (parameter == "UNAUTHENTICATED_SRTP") {
    key->authenticates = false;
  } else if (!parameter.empty() && parameter[0] != '-' && !parameter.starts_with("WSH=") &&
             parameter != "KDR=0") {
    return false;
  }
  return true;
}

}  // namespace

const SrtpSuite* find_srtp_suite(std::string_view name) {
  for (const SrtpSuite& suite : kSuites) {
    const bool is_it = equal_no_case(suite.name, name) || equal_no_case(suite.before, name);
    if (is_it && !name.empty()) return &suite;
  }
  return nullptr;
}

namespace {

// Protection profiles of RFC 5764 section 4.1.2 and RFC 7714 section 14.2.
const SrtpSuite* suite_of_profile(uint16_t profile) {
  switch (profile) {
    case 1:
      return find_srtp_suite("AES_CM_128_HMAC_SHA1_80");
    case 2:
      return find_srtp_suite("AES_CM_128_HMAC_SHA1_32");
    case 7:
      return find_srtp_suite("AEAD_AES_128_GCM");
    case 8:
      return find_srtp_suite("AEAD_AES_256_GCM");
    default:
      return nullptr;
  }
}

bool export_srtp_keys(const DtlsSrtpInputs& inputs, const Secret& secret, std::string* made) {
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  const CipherSuite* const cipher = find_suite(inputs.suite);
  const char* const hash = cipher == nullptr ? "SHA256" : cipher->hash;
  if (inputs.version == kDtls13) return export_dtls13_keys(hash, secret, kLabel, made);
  if (inputs.version != kDtls10 && inputs.version != kDtls12) return false;
  return export_keys(inputs.version == kDtls10 ? kTls11 : kTls12, hash, secret, kLabel,
                     std::string(inputs.client_random).append(inputs.server_random), made);
}

std::optional<SrtpKeyPair> key_pair_of(const DtlsSrtpInputs& inputs, const Secret& secret) {
  const SrtpSuite* const suite = suite_of_profile(inputs.profile);
  if (suite == nullptr) return std::nullopt;
  const size_t key = suite->key_bytes, salt = suite->salt_bytes;
  std::string made(2 * (key + salt), '\0');
  const bool done = export_srtp_keys(inputs, secret, &made);
  std::optional<SrtpKeyPair> pair;
  if (done) pair.emplace();
  for (const bool client : {true, false}) {
    if (!done) break;
    // The exported bytes are both keys, then both salts (RFC 5764 section 4.2).
    std::string one = made.substr(client ? 0 : key, key);
    one.append(made, 2 * key + (client ? 0 : salt), salt);
    SrtpKey& end = client ? pair->client : pair->server;
    end.suite = suite;
    end.key = Secret(one);
    OPENSSL_cleanse(one.data(), one.size());
  }
  OPENSSL_cleanse(made.data(), made.size());
  return pair;
}

}  // namespace

const Secret* srtp_secret_of(const DtlsSrtpInputs& inputs, const KeyLog& keys) {
  if (inputs.version == kDtls13) return keys.find(SecretKind::exporter, inputs.client_random);
  return inputs.profile == 0 ? nullptr : keys.find(SecretKind::master, inputs.client_random);
}

std::vector<SrtpKeyPair> srtp_keys_of(const DtlsSrtpInputs& inputs, const KeyLog& keys) {
  const Secret* const secret = srtp_secret_of(inputs, keys);
  std::vector<SrtpKeyPair> pairs;
  DtlsSrtpInputs one = inputs;
  constexpr uint16_t kProfiles[] = {1, 2, 7, 8};
  for (const uint16_t profile : kProfiles) {
    if (secret == nullptr || (inputs.profile != 0 && inputs.profile != profile)) continue;
    one.profile = profile;
    if (const auto pair = key_pair_of(one, *secret)) pairs.push_back(*pair);
  }
  return pairs;
}

std::vector<SrtpKey> srtp_keys_of(std::string_view crypto) {
  crypto = trim(crypto);
  cut(&crypto, ' ');  // its tag
  crypto = trim(crypto);
  const SrtpSuite* const suite = find_srtp_suite(cut(&crypto, ' '));
  if (suite == nullptr || suite->mode == SrtpMode::other) return {};
  crypto = trim(crypto);
  std::string_view params = cut(&crypto, ' ');
  std::vector<SrtpKey> keys;
  while (!params.empty() && keys.size() < kMaxSrtpKeysOfLine) {
    const auto key = decode_key_param(*suite, cut(&params, ';'));
    if (!key) return {};
    keys.push_back(*key);
  }
  while (!crypto.empty()) {
    const std::string_view parameter = trim(cut(&crypto, ' '));
    for (SrtpKey& key : keys) {
      if (!take_parameter(parameter, &key)) return {};
    }
  }
  return keys;
}

}  // namespace sipladder
