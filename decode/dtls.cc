#include "decode/dtls.h"

#include <algorithm>

#include "decode/bytes.h"
#include "decode/tls/names.h"

namespace sipladder {
namespace {

constexpr size_t kRecordHead = 13;
constexpr size_t kMessageHead = 12;
constexpr size_t kRandom = 32;

DtlsStep step_of(uint8_t message_type) {
  switch (message_type) {
    case 1:
      return DtlsStep::client_hello;
    case 2:
      return DtlsStep::server_hello;
    case 3:
      return DtlsStep::hello_verify;
    case 11:
      return DtlsStep::certificate;
    case 12:
    case 13:
      return DtlsStep::key_exchange;
    case 14:
      return DtlsStep::server_hello_done;
    case 15:
    case 16:
      return DtlsStep::client_key_exchange;
    default:
      return DtlsStep::none;
  }
}

// The protection profile that a use_srtp extension names (RFC 5764 4.1.1), and the version 1.3,
// which stands in an extension; drafts of it had numbers of their own.
void read_extensions(std::string_view extensions, DtlsPacket* out) {
  constexpr uint16_t kUseSrtp = 14, kSupportedVersions = 43;
  constexpr uint8_t kDraft = 0x7F;
  while (extensions.size() >= 4) {
    const uint8_t* p = bytes_of(extensions);
    const size_t length = be16(p + 2);
    if (length > extensions.size() - 4) break;
    if (be16(p) == kUseSrtp && length >= 4) out->srtp_profile = be16(p + 6);
    const bool version = be16(p) == kSupportedVersions && length == 2;
    if (version && (be16(p + 4) == kDtls13 || p[4] == kDraft)) out->version = kDtls13;
    extensions.remove_prefix(4 + length);
  }
}

// Version, random, session id, suite, compression, extensions (RFC 5246 7.4.1.3).
void read_server_hello(std::string_view body, DtlsPacket* out) {
  constexpr size_t kFixed = 2 + kRandom + 1;
  if (body.size() < kFixed) return;
  const size_t after_id = kFixed + bytes_of(body)[kFixed - 1];
  if (body.size() < after_id + 5) return;
  const uint8_t* p = bytes_of(body);
  out->version = be16(p);
  out->server_random = body.substr(2, kRandom);
  out->suite = be16(p + after_id);
  read_extensions(body.substr(after_id + 5), out);
}

// Reads a message, or a fragment of one. Of a later fragment only the type is taken.
void read_message(std::string_view message, DtlsPacket* out) {
  if (message.size() < kMessageHead) return;
  const uint8_t* p = bytes_of(message);
  const DtlsStep step = step_of(p[0]);
  out->furthest = std::max(out->furthest, step);
  const bool begins = p[6] == 0 && p[7] == 0 && p[8] == 0;  // fragment_offset
  if (!begins) return;
  out->hello_verify = out->hello_verify || step == DtlsStep::hello_verify;
  out->server_hello = out->server_hello || step == DtlsStep::server_hello;
  if (step == DtlsStep::server_hello) read_server_hello(message.substr(kMessageHead), out);
  if (step != DtlsStep::client_hello || message.size() < kMessageHead + 2 + kRandom) return;
  out->client_hello = true;
  out->random = message.substr(kMessageHead + 2, kRandom);
}

void read_record(std::string_view record, DtlsPacket* out) {
  const uint8_t* p = bytes_of(record);
  const bool encrypted = be16(p + 3) != 0;  // its epoch
  constexpr uint8_t kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kData = 23, kFatal = 2;
  if (encrypted || p[0] == kChangeCipherSpec || p[0] == kData) {
    out->furthest = DtlsStep::encrypted;
  } else if (p[0] == kAlert && record.size() == kRecordHead + 2 && p[kRecordHead] == kFatal) {
    out->fatal_alert = p[kRecordHead + 1];
  } else if (p[0] == kHandshake) {
    read_message(record.substr(kRecordHead), out);
  }
}

}  // namespace

std::string_view to_string(DtlsStep step) {
  static constexpr std::string_view kNames[] = {
      "nothing",     "ClientHello",     "HelloVerifyRequest", "ServerHello",     "Certificate",
      "KeyExchange", "ServerHelloDone", "ClientKeyExchange",  "ChangeCipherSpec"};
  return kNames[static_cast<size_t>(step)];
}

DtlsPacket parse_dtls(std::string_view bytes) {
  DtlsPacket packet;
  while (!bytes.empty()) {
    // DTLS 1.3 has a shorter header for encrypted records, which begins with 001 (RFC 9147 section
    // 4).
    if (bytes_of(bytes)[0] >> 5 == 1) packet.furthest = DtlsStep::encrypted;
    if (bytes.size() < kRecordHead || bytes_of(bytes)[0] >> 5 == 1) break;
    const size_t length = kRecordHead + be16(bytes_of(bytes) + 11);
    if (length > bytes.size()) break;
    read_record(bytes.substr(0, length), &packet);
    bytes.remove_prefix(length);
  }
  return packet;
}

}  // namespace sipladder
