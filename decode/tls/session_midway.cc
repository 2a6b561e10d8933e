// Part of TlsSession: a connection that the capture joins midway. A key log tells whose secrets
// these ends have (capture/key_bindings.h); suite, version and sequence number are those with which
// a record can be opened.
#include <algorithm>
#include <iterator>
#include <utility>

#include "decode/tls/session.h"

namespace sipladder {
namespace {

// Near numbers are tried first, with every suite, so that a wrong guess at the suite costs little.
constexpr uint64_t kReaches[] = {256, 16'384, kMostNumbersMidway};
constexpr size_t kCostOfATry = 256;  // bytes of decryption that take as long as all else of it

}  // namespace

TlsSession::TlsSession(TlsConnections& rows, uint32_t row, std::vector<SecretBinding> bindings)
    : rows_(rows), row_(row), bindings_(std::move(bindings)) {
  halves_[0].client = true;
  client_hello_ = server_hello_ = true;
  for (Half& half : halves_) half.encrypted = half.finished = half.adrift = true;
}

bool TlsSession::knows_keys() const {
  const KeyLog& keys = rows_.keys();
  if (bindings_.empty()) return keys.knows(hello_.client_random);
  return std::any_of(bindings_.begin(), bindings_.end(), [&](const SecretBinding& binding) {
    return keys.knows(binding.client_random);
  });
}

// Whether one more number may be tried on a record of that size.
bool TlsSession::may_search(Half& half, size_t size) {
  const size_t cost = size + kCostOfATry;
  if (half.searched + cost > kMaxSearchBySide || !rows_.may_search(cost)) return false;
  half.searched += cost;
  return true;
}

// What the keys may depend on, most likely first. TLS 1.3 writes 1.2 into its records.
std::vector<KeyInputs> TlsSession::inputs_midway(uint16_t version) const {
  constexpr uint16_t kFirst13 = 0x1301, kLast13 = 0x1305;
  std::vector<KeyInputs> all;
  const KeyLog& keys = rows_.keys();
  for (const SecretBinding& binding : bindings_) {
    const std::string& random = binding.client_random;
    KeyInputs inputs{nullptr, version, random, binding.server_random, false};
    const bool tls13 =
        version == kTls12 && (keys.find(SecretKind::client_traffic, random) != nullptr ||
                              keys.find(SecretKind::server_traffic, random) != nullptr);
    for (uint16_t number = kFirst13; tls13 && number <= kLast13; number++) {
      if (binding.suite != 0 && binding.suite != number) continue;
      inputs.suite = find_suite(number);
      inputs.version = kTls13;
      all.push_back(inputs);
    }
    inputs.suite = find_suite(binding.suite);
    if (tls13 || inputs.suite == nullptr || binding.server_random.empty()) continue;
    all.push_back(inputs);
    if (inputs.suite->mode != CipherMode::cbc) continue;
    inputs.encrypt_then_mac = true;
    all.push_back(inputs);
  }
  return all;
}

// Up to TLS 1.0, a record cannot be opened without the one before.
bool TlsSession::lacks_vector(const Half& half) const {
  return hello_.version <= kTls10 && hello_.suite->mode == CipherMode::cbc && half.before.empty();
}

void TlsSession::remember(Half& half, const TlsRecord& record) {
  constexpr size_t kTail = 64;  // has the last block, and the MAC that may follow it
  half.before = record.body.substr(record.body.size() - std::min(record.body.size(), kTail));
}

bool TlsSession::opens_midway(Half& half, const TlsRecord& record, uint64_t reach) {
  RecordCipher* const cipher = cipher_of(half, kApplication);
  if (cipher == nullptr) return false;
  std::string plain;
  uint8_t type = 0;
  half.reach = reach;
  if (!try_epoch(half, kApplication, record, &plain, &type)) return false;
  half.sequence--;  // it is opened once more by whoever asked
  return true;
}

bool TlsSession::bind(Half& half, const TlsRecord& record) {
  const std::vector<KeyInputs> all = inputs_midway(record.version);
  for (const uint64_t reach : kReaches) {
    for (const KeyInputs& inputs : all) {
      hello_ = inputs;
      for (Half& one : halves_) {
        one.inputs = inputs;
        one.ciphers[kApplication].reset();
      }
      if (!opens_midway(half, record, reach)) continue;
      bindings_.clear();
      for (Half& one : halves_) one.reach = kMostNumbersMidway;
      TlsConnection& connection = row();
      connection.version = inputs.version;
      connection.suite = inputs.suite->number;
      connection.client_random = inputs.client_random;
      connection.unread = TlsUnread::no;
      return true;
    }
  }
  return false;
}

void TlsSession::stay_unbound(Half& half, const TlsRecord& record, const TlsPlace& place) {
  half.loss = true;
  if (!knows_keys()) {  // it comes once more then
    if (!rows_.keys().may_know()) return give_up(half, TlsUnread::no_key);
    row().unread = TlsUnread::no_key;
    row().client_random = bindings_.front().client_random;
    return hold(half, record, place);
  }
  remember(half, record);
  row().unread = TlsUnread::wrong_key;
  cannot_open(half, Opening::failed);
}

}  // namespace sipladder
