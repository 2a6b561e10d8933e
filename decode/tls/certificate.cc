// What a certificate says about its owner (RFC 5280 section 4.1.2), read by libcrypto.
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "decode/address.h"
#include "decode/bytes.h"
#include "decode/tls/handshake.h"
#include "decode/tls/names.h"

namespace sipladder {
namespace {

struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, FreeX509> bio(BIO_new(BIO_s_mem()));
  constexpr unsigned long kStyle = (XN_FLAG_ONELINE | ASN1_STRFLGS_UTF8_CONVERT) &
                                   ~(XN_FLAG_SPC_EQ | ASN1_STRFLGS_ESC_MSB | ASN1_STRFLGS_ESC_CTRL);
  if (bio == nullptr || X509_NAME_print_ex(bio.get(), name, 0, kStyle) < 0) return {};
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, std::min<size_t>(static_cast<size_t>(size), kMaxNameBytes));
}

int64_t time_of(const ASN1_TIME* time) {
  std::tm utc{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &utc) != 1) return 0;
  const std::time_t seconds = timegm(&utc);
  // Times are cut so that nanoseconds fit into 64 bits, and 0 remains "not known".
  constexpr std::time_t kLast = 9'000'000'000;
  return std::clamp<std::time_t>(seconds, 1, kLast) * int64_t{1'000'000'000};
}

std::string general_name(const GENERAL_NAME& name) {
  int type = 0;
  const auto* const value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(&name, &type));
  if (type != GEN_DNS && type != GEN_IPADD && type != GEN_URI) return {};
  const uint8_t* const bytes = ASN1_STRING_get0_data(value);
  const auto size = static_cast<size_t>(std::max(ASN1_STRING_length(value), 0));
  if (type == GEN_IPADD && size == 4) return to_string(ipv4_address(bytes));
  if (type == GEN_IPADD) return size == 16 ? to_string(ipv6_address(bytes)) : std::string();
  return std::string(reinterpret_cast<const char*>(bytes), std::min(size, kMaxNameBytes));
}

std::vector<std::string> alternative_names(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeX509> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  if (all == nullptr) return names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()) && names.size() < kMaxNamed; i++) {
    std::string name = general_name(*sk_GENERAL_NAME_value(all.get(), i));
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

size_t der_number(std::string_view bytes) {
  size_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// The first certificate of the list. TLS 1.3 has a context before the list (RFC 8446 section
// 4.4.2).
std::string_view first_certificate(std::string_view body, uint16_t version) {
  if (version >= kTls13) {
    if (body.empty()) return {};
    body.remove_prefix(std::min(body.size(), size_t{1} + static_cast<uint8_t>(body[0])));
  }
  if (body.size() < 6) return {};
  return body.substr(6, der_number(body.substr(3, 3)));
}

}  // namespace

std::optional<Certificate> parse_certificates(std::string_view body, uint16_t version) {
  const std::string_view der = first_certificate(body, version);
  const uint8_t* bytes = bytes_of(der);
  const std::unique_ptr<X509, FreeX509> x509(
      der.empty() ? nullptr : d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
  if (x509 == nullptr) {
    ERR_clear_error();
    return std::nullopt;
  }
  Certificate result;
  result.subject = name_text(X509_get_subject_name(x509.get()));
  result.issuer = name_text(X509_get_issuer_name(x509.get()));
  result.names = alternative_names(x509.get());
  result.not_before_ns = time_of(X509_get0_notBefore(x509.get()));
  result.not_after_ns = time_of(X509_get0_notAfter(x509.get()));
  ERR_clear_error();
  return result;
}

}  // namespace sipladder
