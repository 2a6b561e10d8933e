#include "capture/key_log.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "capture/key_words.h"

namespace sipladder {
namespace {

struct SecretLabel {
  std::string_view name;
  SecretKind kind;
};
constexpr SecretLabel kSecretLabels[] = {
    {"CLIENT_RANDOM", SecretKind::master},
    {"CLIENT_EARLY_TRAFFIC_SECRET", SecretKind::client_early},
    {"CLIENT_HANDSHAKE_TRAFFIC_SECRET", SecretKind::client_handshake},
    {"SERVER_HANDSHAKE_TRAFFIC_SECRET", SecretKind::server_handshake},
    {"CLIENT_TRAFFIC_SECRET_0", SecretKind::client_traffic},
    {"SERVER_TRAFFIC_SECRET_0", SecretKind::server_traffic},
    {"EXPORTER_SECRET", SecretKind::exporter},
};

std::optional<SecretKind> secret_kind(std::string_view label) {
  for (const SecretLabel& row : kSecretLabels) {
    if (row.name == label) return row.kind;
  }
  return std::nullopt;
}

}  // namespace

Secret::Secret(std::string_view bytes)
    : size_(static_cast<uint8_t>(std::min(bytes.size(), kMost))) {
  std::copy_n(bytes.begin(), size_, reinterpret_cast<char*>(bytes_.data()));
}

Secret::~Secret() {
  explicit_bzero(bytes_.data(), bytes_.size());
}

bool KeyLog::add_line(std::string_view line) {
  if (line.empty()) return false;
  if (line[0] == '#') return bindings_.add_line(line);
  const auto kind = secret_kind(take_key_word(&line));
  if (!kind) return false;
  std::array<uint8_t, kClientRandom> random{};
  if (read_key_hex(take_key_word(&line), random.data(), random.size()) != random.size())
    return false;
  std::array<uint8_t, Secret::kMost> secret{};
  const size_t size = read_key_hex(take_key_word(&line), secret.data(), secret.size());
  const bool added =
      size != 0 && add(*kind, {reinterpret_cast<const char*>(random.data()), random.size()},
                       {reinterpret_cast<const char*>(secret.data()), size});
  explicit_bzero(secret.data(), secret.size());
  return added;
}

bool KeyLog::add(SecretKind kind, std::string_view client_random, std::string_view secret) {
  if (client_random.size() != kClientRandom) return false;
  Name name;
  std::copy(client_random.begin(), client_random.end(), name.begin());
  name.back() = static_cast<uint8_t>(kind);
  if (secrets_.size() >= kMaxSecrets && !secrets_.contains(name)) {
    refused_++;
    return false;
  }
  return secrets_.try_emplace(name, secret).second;
}

const Secret* KeyLog::find(SecretKind kind, std::string_view client_random) const {
  if (client_random.size() != kClientRandom) return nullptr;
  Name name;
  std::copy(client_random.begin(), client_random.end(), name.begin());
  name.back() = static_cast<uint8_t>(kind);
  const auto found = secrets_.find(name);
  return found == secrets_.end() ? nullptr : &found->second;
}

bool KeyLog::knows(std::string_view client_random) const {
  if (client_random.size() != kClientRandom) return false;
  Name name;
  std::copy(client_random.begin(), client_random.end(), name.begin());
  name.back() = 0;
  const auto next = secrets_.lower_bound(name);
  return next != secrets_.end() && std::equal(name.begin(), name.end() - 1, next->first.begin());
}

KeyLogLines::~KeyLogLines() {
  wipe();
}

void KeyLogLines::wipe() {
  explicit_bzero(line_.data(), line_.size());
  line_.clear();
}

void KeyLogLines::add(std::string_view piece) {
  line_.reserve(kMaxKeyLine);
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    too_long_ = too_long_ || line_.size() + part.size() > kMaxKeyLine;
    if (!too_long_) line_.append(part);
    if (end == std::string_view::npos) return;
    this->end();
    piece.remove_prefix(end + 1);
  }
}

void KeyLogLines::end() {
  if (!too_long_) log_->add_line(line_);
  wipe();
  too_long_ = false;
}

}  // namespace sipladder
