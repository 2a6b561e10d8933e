#include "decode/tls/session.h"

#include <algorithm>
#include <utility>

#include "decode/bytes.h"

namespace sipladder {
namespace {

constexpr uint8_t kChangeCipherSpec = 20;
constexpr uint8_t kAlertRecord = 21;
constexpr uint8_t kHandshakeRecord = 22;
constexpr uint8_t kDataRecord = 23;
constexpr unsigned kMostFailures = 8;
// An encrypted alert of TLS 1.3 is two bytes, the content type and the tag (RFC 8446 section 5.2).
// Nothing else of a handshake is so short.
constexpr size_t kEncryptedAlert = 2 + 1 + 16;

// Whether the first record is complete, or there is none. Asked before the bytes are cut, so that a
// record in thousands of small segments costs linear time.
bool is_worth_a_look(std::string_view bytes) {
  if (bytes.size() < kTlsHeader) return false;
  return !is_tls_record(bytes) || bytes.size() >= kTlsHeader + be16(bytes_of(bytes) + 3);
}

}  // namespace

bool is_tls_record(std::string_view bytes) {
  if (bytes.size() < kTlsHeader) return false;
  const uint8_t* const p = bytes_of(bytes);
  return p[0] >= kChangeCipherSpec && p[0] <= kDataRecord && p[1] == 3 && p[2] <= 4 &&
         be16(p + 3) <= kMaxTlsRecord;
}

TlsEnd begins_tls(std::string_view bytes) {
  constexpr size_t kUpToVersion = kTlsHeader + 4 + 2;
  if (bytes.size() < kUpToVersion || !is_tls_record(bytes)) return TlsEnd::none;
  const uint8_t* const p = bytes_of(bytes);
  if (p[0] != kHandshakeRecord || p[kTlsHeader + 4] != 3 || p[kTlsHeader + 5] > 4)
    return TlsEnd::none;
  const auto type = static_cast<HandshakeType>(p[kTlsHeader]);
  if (type == HandshakeType::client_hello) return TlsEnd::client;
  return type == HandshakeType::server_hello ? TlsEnd::server : TlsEnd::none;
}

TlsSession::TlsSession(TlsConnections& rows, const Endpoint& client, const Endpoint& server,
                       const TlsPlace& place)
    : rows_(rows), row_(rows.begin(client, server, place)) {
  halves_[0].client = true;
}

TlsSession::~TlsSession() {
  for (Half& half : halves_) drop_held(half);
}

bool TlsSession::is_waiting(TlsEnd from) const {
  const Half& half = halves_[from == TlsEnd::client ? 0 : 1];
  return !half.bytes.empty() || half.skip > 0;
}

size_t TlsSession::buffered(TlsEnd from) const {
  const Half& half = halves_[from == TlsEnd::client ? 0 : 1];
  return half.bytes.size() + half.handshake.buffered();
}

// ---- records out of bytes

void TlsSession::deliver(TlsEnd from, std::string_view bytes, const TlsPlace& place,
                         std::vector<TlsPlain>* out) {
  Half& half = this->half(from);
  if (!half.client) row().answered = true;
  if (half.dead) return;
  drain(half, out);
  const size_t skipped = std::min(half.skip, bytes.size());
  half.skip -= skipped;
  bytes.remove_prefix(skipped);
  if (half.astray && !is_tls_record(bytes)) return;
  half.astray = false;
  if (half.bytes.empty()) return cut_records(half, bytes, place, out);
  half.bytes.append(bytes);
  if (!is_worth_a_look(half.bytes)) return;
  const std::string whole = std::exchange(half.bytes, {});
  cut_records(half, whole, place, out);
}

void TlsSession::cut_records(Half& half, std::string_view bytes, const TlsPlace& place,
                             std::vector<TlsPlain>* out) {
  while (bytes.size() >= kTlsHeader && !half.dead) {
    if (!is_tls_record(bytes)) {
      half.astray = half.gap = half.loss = true;
      half.before.clear();
      row().lost++;
      return;
    }
    const uint8_t* const p = bytes_of(bytes);
    const size_t length = kTlsHeader + be16(p + 3);
    if (bytes.size() < length) break;
    take_record(half, {p[0], be16(p + 1), bytes.substr(kTlsHeader, length - kTlsHeader)}, place,
                out);
    bytes.remove_prefix(length);
  }
  if (!half.dead) half.bytes.assign(bytes);
}

void TlsSession::lose(TlsEnd from, size_t bytes) {
  Half& half = this->half(from);
  half.gap = half.loss = true;
  half.before.clear();
  half.handshake.clear();
  if (half.astray) return;
  size_t left = half.skip;
  if (half.bytes.size() >= kTlsHeader)
    left = kTlsHeader + be16(bytes_of(half.bytes) + 3) - half.bytes.size();
  half.bytes.clear();
  half.astray = bytes > left;
  half.skip = half.astray ? 0 : left - bytes;
  row().lost++;
}

bool TlsSession::is_encrypted(const Half& half, const TlsRecord& record) const {
  if (hello_.version >= kTls13) return record.type == kDataRecord;
  // If the ChangeCipherSpec is lost, application data show that it was sent.
  return half.encrypted || record.type == kDataRecord;
}

void TlsSession::take_record(Half& half, const TlsRecord& record, const TlsPlace& place,
                             std::vector<TlsPlain>* out) {
  if (!half.client) row().server_records++;
  if (!is_encrypted(half, record)) return take_clear(half, record, place);
  rows_.edit(row_).encrypted++;
  if (half.held.empty()) return take_encrypted(half, record, place, out);
  hold(half, record, place);
}

void TlsSession::take_clear(Half& half, const TlsRecord& record, const TlsPlace& place) {
  if (record.type == kHandshakeRecord) {
    take_handshake(half, record.body, place);
  } else if (record.type == kAlertRecord) {
    take_alert(half, record.body, place);
  } else if (record.type == kChangeCipherSpec && server_hello_ && hello_.version < kTls13) {
    change_cipher(half);
  }
}

// ---- what is encrypted

void TlsSession::change_cipher(Half& half) {
  half.encrypted = true;
  half.gap = false;
  half.inputs = hello_;
  half.sequence = 0;
  half.ciphers[kApplication].reset();
}

void TlsSession::take_encrypted(Half& half, const TlsRecord& record, const TlsPlace& place,
                                std::vector<TlsPlain>* out) {
  if (!bindings_.empty() && !bind(half, record)) return stay_unbound(half, record, place);
  // 0-RTT data come before the ServerHello, which chooses the suite.
  if (half.client && client_hello_ && !server_hello_ && early_offered_)
    return hold(half, record, place);
  if (!half.encrypted && hello_.version < kTls13) {
    if (!server_hello_) return give_up(half, TlsUnread::no_handshake);
    change_cipher(half);
    half.gap = true;
  }
  half.encrypted = true;
  std::string plain;
  uint8_t type = 0;
  const Opening opening = open(half, record, &plain, &type);
  if (RecordCipher* const cipher = half.ciphers[half.epoch].get()) cipher->pass(record.body);
  if (opening == Opening::opened) {
    TlsConnection& connection = row();
    connection.opened++;
    opened_++;
    if (connection.unread == TlsUnread::no_key) connection.unread = TlsUnread::no;
    half.failures = 0;
    return take_content(half, type, std::move(plain), place, out);
  }
  note_unread_handshake(half, record, place);
  half.loss = true;
  if (half.adrift) remember(half, record);
  const bool may_come = rows_.keys().may_know();
  if (opening == Opening::lacking && may_come && !compressed_ && hello_.suite != nullptr) {
    row().unread = TlsUnread::no_key;
    return hold(half, record, place);
  }
  cannot_open(half, opening);
}

TlsSession::Opening TlsSession::open(Half& half, const TlsRecord& record, std::string* plain,
                                     uint8_t* type) {
  if (hello_.suite == nullptr || compressed_) return Opening::lacking;
  bool tried = false;
  for (size_t epoch = half.epoch; epoch < kEpochs; epoch++) {
    if (cipher_of(half, epoch) == nullptr) continue;
    tried = true;
    if (try_epoch(half, epoch, record, plain, type)) return Opening::opened;
  }
  if (tried && try_next_key(half, record, plain, type)) return Opening::opened;
  if (!tried) return Opening::lacking;
  // The record may be of the handshake, whose keys are not always logged.
  const bool missing = half.epoch < kApplication && half.ciphers[half.epoch] == nullptr;
  return missing ? Opening::ignored : Opening::failed;
}

bool TlsSession::try_epoch(Half& half, size_t epoch, const TlsRecord& record, std::string* plain,
                           uint8_t* type) {
  const uint64_t first = epoch == half.epoch ? half.sequence : 0;
  if (half.adrift && lacks_vector(half)) return false;
  if (half.adrift) half.ciphers[epoch]->pass(half.before);
  const uint64_t tries = half.adrift ? half.reach : half.gap ? kMostSequencesTried : 1;
  for (uint64_t sequence = first; sequence < first + tries; sequence++) {
    if (half.adrift && !may_search(half, record.body.size())) return false;
    if (!half.ciphers[epoch]->open(record, sequence, plain, type)) continue;
    half.sequence = sequence + 1;
    half.epoch = epoch;
    half.gap = half.adrift = false;
    return true;
  }
  return false;
}

// Tries the next key: a KeyUpdate may have been lost in a gap (RFC 8446 section 4.6.3).
bool TlsSession::try_next_key(Half& half, const TlsRecord& record, std::string* plain,
                              uint8_t* type) {
  if (!half.gap || hello_.version < kTls13 || half.traffic.empty()) return false;
  const Secret next = updated_secret(*hello_.suite, half.traffic);
  const auto cipher = RecordCipher::of_secret(*hello_.suite, next);
  for (uint64_t sequence = 0; cipher != nullptr && sequence < kMostSequencesTried; sequence++) {
    if (!cipher->open(record, sequence, plain, type)) continue;
    half.traffic = next;
    half.ciphers[kApplication] = RecordCipher::of_secret(*hello_.suite, next);
    half.epoch = kApplication;
    half.sequence = sequence + 1;
    half.gap = false;
    return half.ciphers[kApplication] != nullptr;
  }
  return false;
}

// The keys of an epoch; null when its secret is not known.
RecordCipher* TlsSession::cipher_of(Half& half, size_t epoch) {
  std::unique_ptr<RecordCipher>& cipher = half.ciphers[epoch];
  if (cipher != nullptr) return cipher.get();
  const KeyLog& keys = rows_.keys();
  if (hello_.version < kTls13) {
    if (half.inputs.suite == nullptr) return nullptr;
    const Secret* master = keys.find(SecretKind::master, half.inputs.client_random);
    if (master == nullptr && !master_.empty()) master = &master_;
    if (master != nullptr) cipher = RecordCipher::of_master(half.inputs, *master, half.client);
    return cipher.get();
  }
  const SecretKind kind =
      epoch == kEarly ? SecretKind::client_early
      : epoch == kHandshake
          ? (half.client ? SecretKind::client_handshake : SecretKind::server_handshake)
          : (half.client ? SecretKind::client_traffic : SecretKind::server_traffic);
  const Secret* const secret = keys.find(kind, hello_.client_random);
  if (secret == nullptr) return nullptr;
  if (epoch == kApplication) half.traffic = *secret;
  cipher = RecordCipher::of_secret(*hello_.suite, *secret);
  return cipher.get();
}

void TlsSession::cannot_open(Half& half, Opening why) {
  if (why == Opening::lacking) {
    const bool known = hello_.suite != nullptr && !compressed_;
    return give_up(half, known ? TlsUnread::no_key : TlsUnread::suite);
  }
  if (why == Opening::ignored) return;
  half.gap = true;
  if (++half.failures >= kMostFailures)
    give_up(half, opened_ > 0 ? TlsUnread::lost : TlsUnread::wrong_key);
}

void TlsSession::give_up(Half& half, TlsUnread why) {
  half.dead = true;
  half.bytes.clear();
  half.handshake.clear();
  drop_held(half);
  row().unread = why;
}

// A handshake without known keys: types and lengths of its records tell whether it went on.
void TlsSession::note_unread_handshake(Half& half, const TlsRecord& record, const TlsPlace& place) {
  if (half.finished) return;
  if (hello_.version < kTls13) {
    if (record.type == kHandshakeRecord) note_finished(half, place);
  } else if (half.client && halves_[1].encrypted && record.body.size() != kEncryptedAlert) {
    note_finished(halves_[1], place);
    note_finished(half, place);
  }
  if (record.type != kAlertRecord && record.body.size() != kEncryptedAlert) return;
  TlsConnection& connection = row();
  const bool is_alert =
      record.type == kAlertRecord || (hello_.version >= kTls13 && half.client && !half.finished);
  if (!is_alert || connection.alert || connection.done_ns != 0) return;
  connection.alert = TlsAlert{
      0, true, false, half.client ? TlsEnd::client : TlsEnd::server, place.time_ns, place.frame};
}

void TlsSession::hold(Half& half, const TlsRecord& record, const TlsPlace& place) {
  const size_t size = record.body.size() + sizeof(Held);
  if (half.held_bytes + size > kMaxHeldBySide || !rows_.may_hold(size))
    return give_up(half, TlsUnread::no_key);
  half.held.push_back({record.type, record.version, std::string(record.body), place});
  half.held_bytes += size;
  rows_.hold(size);
}

void TlsSession::drop_held(Half& half) {
  rows_.release(half.held_bytes);
  half.held_bytes = 0;
  half.held.clear();
}

void TlsSession::drain(Half& half, std::vector<TlsPlain>* out) {
  if (half.held.empty() || !server_hello_) return;
  if (!knows_keys()) return;
  std::deque<Held> held;
  held.swap(half.held);
  drop_held(half);
  for (const Held& record : held) {
    if (half.dead) return;
    const TlsRecord view{record.type, record.version, record.body};
    if (half.held.empty()) {
      take_encrypted(half, view, record.place, out);
    } else {
      hold(half, view, record.place);
    }
  }
}

void TlsSession::take_content(Half& half, uint8_t type, std::string plain, const TlsPlace& place,
                              std::vector<TlsPlain>* out) {
  if (type == kHandshakeRecord) {
    take_handshake(half, plain, place);
  } else if (type == kAlertRecord) {
    take_alert(half, plain, place);
  } else if (type == kChangeCipherSpec && hello_.version < kTls13) {
    change_cipher(half);  // renegotiation (RFC 5746)
  } else if (type == kDataRecord && !plain.empty()) {
    if (half.epoch == kEarly && early_refused_) return;
    out->push_back({std::move(plain), place, half.loss});
    half.loss = false;
  }
}

}  // namespace sipladder
