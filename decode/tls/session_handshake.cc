// Part of TlsSession: the handshake messages and alerts of a connection.
#include <algorithm>
#include <utility>

#include "decode/bytes.h"
#include "decode/tls/session.h"

namespace sipladder {

void TlsSession::note_finished(Half& half, const TlsPlace& place) {
  half.finished = true;
  TlsConnection& connection = row();
  if (halves_[0].finished && halves_[1].finished && connection.done_ns == 0)
    connection.done_ns = place.time_ns;
}

void TlsSession::take_handshake(Half& half, std::string_view content, const TlsPlace& place) {
  half.handshake.add(content);
  while (auto message = half.handshake.next()) take_message(half, *message, place);
}

void TlsSession::take_message(Half& half, const HandshakeReader::Message& message,
                              const TlsPlace& place) {
  const bool tls13 = hello_.version >= kTls13;
  if (rows_.has_rsa_keys() && !half.encrypted) note_transcript(message);
  if (message.type == HandshakeType::client_hello && half.client) {
    take_client_hello(message.body, place);
  } else if (message.type == HandshakeType::server_hello && !half.client) {
    take_server_hello(message.body);
  } else if (message.type == HandshakeType::certificate && !half.client) {
    take_certificate(message.body, place);
  } else if (message.type == HandshakeType::client_key_exchange && half.client) {
    take_key_exchange(message.body);
  } else if (message.type == HandshakeType::encrypted_extensions && tls13) {
    const EncryptedExtensions said = parse_encrypted_extensions(message.body);
    row().alpn = said.alpn;
    early_refused_ = !said.early_data;
  } else if (message.type == HandshakeType::finished) {
    note_finished(half, place);
    if (!tls13 || half.epoch != kHandshake) return;
    half.epoch = kApplication;
    half.sequence = 0;
  } else if (message.type == HandshakeType::end_of_early_data && tls13) {
    half.epoch = kHandshake;
    half.sequence = 0;
  } else if (message.type == HandshakeType::key_update && tls13) {
    update_key(half);
  }
}

void TlsSession::take_client_hello(const std::string& body, const TlsPlace& place) {
  std::optional<ClientHello> hello = parse_client_hello(body);
  if (!hello) return;
  const bool again = client_hello_;  // after a HelloRetryRequest, or to negotiate anew
  client_hello_ = true;
  hello_.client_random = hello->random;
  early_offered_ = hello->early_data && !again;
  TlsConnection& connection = row();
  connection.client_random = hello->random;
  connection.server_name = std::move(hello->server_name);
  connection.versions_offered = std::move(hello->versions);
  connection.alpn_offered = std::move(hello->alpn);
  if (connection.hello_ns == 0) connection.hello_ns = place.time_ns;
}

void TlsSession::take_server_hello(const std::string& body) {
  const std::optional<ServerHello> hello = parse_server_hello(body);
  if (!hello) return;
  TlsConnection& connection = row();
  connection.version = hello->version;
  connection.suite = hello->suite;
  if (!hello->alpn.empty()) connection.alpn = hello->alpn;
  if (hello->retry) {
    early_offered_ = false;
    drop_held(halves_[0]);
    return;
  }
  server_hello_ = true;
  hello_.version = hello->version;
  hello_.server_random = hello->random;
  hello_.suite = hello->version < kTls10 ? nullptr : find_suite(hello->suite);
  hello_.encrypt_then_mac = hello->encrypt_then_mac;
  compressed_ = hello->compression != 0;
  extended_master_ = hello->extended_master;
  if (hello->version < kTls13) return;
  halves_[0].epoch = early_offered_ ? kEarly : kHandshake;
  halves_[1].epoch = kHandshake;
}

void TlsSession::note_transcript(const HandshakeReader::Message& message) {
  const size_t size = message.body.size();
  const bool fits = message.whole && transcript_.size() + size <= kMaxTranscript;
  if (!fits) transcript_cut_ = true;
  if (transcript_cut_) return transcript_.clear();
  transcript_ += {static_cast<char>(message.type), static_cast<char>(size >> 16),
                  static_cast<char>(size >> 8), static_cast<char>(size)};
  transcript_ += message.body;
}

// Decrypts the premaster secret with a private key of the server (RFC 5246 section 7.4.7.1).
void TlsSession::take_key_exchange(const std::string& body) {
  const std::string messages = std::move(transcript_);
  transcript_.clear();
  // Without the whole transcript its hash, and every key that rests on it, would be wrong.
  const bool cut = std::exchange(transcript_cut_, false);
  if (cut && extended_master_) return;
  if (hello_.suite == nullptr || !hello_.suite->rsa || !rows_.has_rsa_keys()) return;
  if (body.size() < 2 || rows_.keys().find(SecretKind::master, hello_.client_random) != nullptr)
    return;
  const size_t length = be16(bytes_of(body));
  const std::string premaster =
      rows_.rsa_keys().premaster(std::string_view(body).substr(2, length));
  if (premaster.empty()) return;
  const std::string hash =
      extended_master_ ? session_hash(hello_.version, hello_.suite->hash, messages) : std::string();
  master_ = master_secret(hello_, premaster, hash);
}

void TlsSession::take_certificate(const std::string& body, const TlsPlace& place) {
  std::optional<Certificate> certificate = parse_certificates(body, hello_.version);
  if (!certificate) return;
  row().certificate = std::move(certificate);
  row().certificate_frame = place.frame;
}

void TlsSession::take_alert(Half& half, std::string_view content, const TlsPlace& place) {
  if (content.size() < 2) return;
  const auto level = static_cast<uint8_t>(content[0]);
  const auto number = static_cast<uint8_t>(content[1]);
  TlsConnection& connection = row();
  const TlsEnd by = half.client ? TlsEnd::client : TlsEnd::server;
  if (number == kCloseNotify) {
    if (connection.closed_by == TlsEnd::none) connection.closed_by = by;
    return;
  }
  // In TLS 1.3, the alert level has no meaning any more (RFC 8446 section 6).
  const bool mild = number == kUserCanceled || number == kNoRenegotiation;
  const bool fatal = level == 2 || (hello_.version >= kTls13 && !mild);
  if (connection.alert && (connection.alert->fatal || !fatal)) return;
  connection.alert = TlsAlert{number, fatal, true, by, place.time_ns, place.frame};
}

// After a KeyUpdate, the next records of this side have new keys (RFC 8446 section 7.2).
void TlsSession::update_key(Half& half) {
  if (half.epoch != kApplication || half.traffic.empty() || hello_.suite == nullptr) return;
  half.traffic = updated_secret(*hello_.suite, half.traffic);
  half.ciphers[kApplication] = RecordCipher::of_secret(*hello_.suite, half.traffic);
  half.sequence = 0;
  if (half.ciphers[kApplication] == nullptr) give_up(half, TlsUnread::suite);
}

}  // namespace sipladder
