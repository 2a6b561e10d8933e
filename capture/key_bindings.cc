#include "capture/key_bindings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "capture/key_words.h"

namespace sipladder {
namespace {

// ADDRESS:PORT in the one way in which it is written here; empty when it is none.
std::string usual_text(std::string_view end) {
  const size_t colon = end.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  const std::string_view digits = end.substr(colon + 1);
  uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return {};
  std::string_view host = end.substr(0, colon);
  const bool v6 = host.front() == '[' && host.back() == ']';
  if (v6) host = host.substr(1, host.size() - 2);
  const int family = v6 ? AF_INET6 : AF_INET;
  std::array<uint8_t, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_pton(family, std::string(host).c_str(), bytes.data()) != 1 ||
      inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr)
    return {};
  return (v6 ? "[" + std::string(text.data()) + "]" : std::string(text.data())) + ":" +
         std::to_string(port);
}

// False when a word stands there that is no random. Nothing and "-": it is not known.
bool read_random(std::string_view word, std::string* random) {
  constexpr size_t kRandom = 32;
  random->clear();
  if (word.empty() || word == "-") return true;
  std::array<uint8_t, kRandom> bytes{};
  if (read_key_hex(word, bytes.data(), bytes.size()) != kRandom) return false;
  random->assign(bytes.begin(), bytes.end());
  return true;
}

bool read_suite(std::string_view word, uint16_t* suite) {
  if (word.empty() || word == "-") return true;
  if (word.starts_with("0x") || word.starts_with("0X")) word.remove_prefix(2);
  const auto read = std::from_chars(word.data(), word.data() + word.size(), *suite, 16);
  return read.ec == std::errc() && read.ptr == word.data() + word.size();
}

}  // namespace

bool SecretBindings::add_line(std::string_view line) {
  if (take_key_word(&line) != "#" || take_key_word(&line) != "TUPLE") return false;
  std::string client = usual_text(take_key_word(&line));
  std::string server = usual_text(take_key_word(&line));
  SecretBinding binding;
  if (client.empty() || server.empty()) return false;
  if (!read_random(take_key_word(&line), &binding.client_random) || binding.client_random.empty())
    return false;
  if (!read_random(take_key_word(&line), &binding.server_random)) return false;
  if (!read_suite(take_key_word(&line), &binding.suite)) return false;
  const std::pair<std::string, std::string> ends{std::move(client), std::move(server)};
  const auto place = by_ends_.find(ends);
  const bool replaces = place != by_ends_.end() && place->second.size() >= kMaxOfEnds;
  if (count_ >= kMaxBindings && !replaces) return false;
  std::vector<SecretBinding>& known = by_ends_[ends];
  if (std::find(known.begin(), known.end(), binding) != known.end()) return false;
  if (known.size() >= kMaxOfEnds) {
    known.erase(known.begin());
    count_--;
  }
  known.push_back(std::move(binding));
  count_++;
  return true;
}

std::vector<SecretBinding> SecretBindings::of(const std::string& client,
                                              const std::string& server) const {
  const auto found = by_ends_.find({client, server});
  if (found == by_ends_.end()) return {};
  return {found->second.rbegin(), found->second.rend()};
}

}  // namespace sipladder
