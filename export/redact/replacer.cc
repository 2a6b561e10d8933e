#include "export/redact/replacer.h"

#include <fmt/format.h>

#include <algorithm>

#include "export/redact/grammar.h"
#include "export/redact/text_kinds.h"

namespace sipladder {
namespace {

constexpr size_t kMostAddresses = 1 << 20;

// Writes `number` with as many digits as `place` has. Hexadecimal digits keep their case.
void write_digits(std::span<char> place, uint32_t number, uint32_t base) {
  for (size_t i = place.size(); i-- > 0; number /= base) {
    const uint32_t digit = number % base;
    const bool capital = place[i] >= 'A' && place[i] <= 'F';
    place[i] = static_cast<char>(digit < 10 ? '0' + digit : (capital ? 'A' : 'a') + digit - 10);
  }
}

// The length of "192.0.2.1" at the beginning of `text`; 0: there is none.
size_t dotted_length(std::string_view text) {
  size_t at = 0;
  for (int octet = 0; octet < 4; octet++) {
    if (octet > 0 && (at >= text.size() || text[at++] != '.')) return 0;
    const size_t begin = at;
    while (at < text.size() && at - begin < 3 && is_digit(text[at])) at++;
    if (at == begin) return 0;
  }
  const bool goes_on = at < text.size() && is_word_byte(text[at]);
  const bool fifth = at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1]);
  return goes_on || fifth ? 0 : at;
}

// The length of an IPv6 address at the beginning of `text`; 0: there is none.
size_t coloned_length(std::string_view text) {
  size_t at = 0, colons = 0;
  constexpr size_t kLongest = 45;
  while (at < text.size() && at <= kLongest &&
         (hex_value(text[at]) >= 0 || text[at] == ':' || text[at] == '.')) {
    colons += text[at] == ':' ? 1U : 0U;
    at++;
  }
  if (colons < 2 || (at < text.size() && is_word_byte(text[at]))) return 0;
  while (at > 0 &&
         (text[at - 1] == '.' || (text[at - 1] == ':' && !text.substr(0, at).ends_with("::"))))
    at--;
  return at;
}

void write_v4(std::span<char> text, const uint8_t* octets) {
  size_t at = 0;
  for (int octet = 0; octet < 4; octet++, at++) {
    const size_t begin = at;
    while (at < text.size() && is_digit(text[at])) at++;
    write_digits(text.subspan(begin, at - begin), octets[octet], 10);
  }
}

// Writes the address into a text of the same form. Groups before "::" are counted from the front,
// groups behind it from the end.
void write_v6(std::span<char> text, const IpAddress& ip) {
  const std::string_view view(text.data(), text.size());
  const size_t dotted = view.find('.');
  const size_t tail = dotted == std::string_view::npos ? text.size() : view.rfind(':', dotted) + 1;
  if (tail < text.size()) write_v4(text.subspan(tail), ip.bytes.data() + 12);
  const auto write_group = [&](size_t begin, size_t end, size_t place) {
    const uint32_t value = uint32_t{ip.bytes[2 * place]} << 8 | ip.bytes[2 * place + 1];
    write_digits(text.subspan(begin, end - begin), value, 16);
  };
  const size_t gap = std::min(view.find("::"), tail);
  size_t place = 0;
  for (size_t at = 0; at < gap; place++) {
    const size_t end = std::min(view.find(':', at), gap);
    write_group(at, end, place);
    at = end + 1;
  }
  place = tail < text.size() ? 6 : 8;
  for (size_t end = tail < text.size() ? tail - 1 : tail; end > gap + 2 && place > 0;) {
    const size_t begin = view.rfind(':', end - 1) + 1;
    write_group(begin, end, --place);
    end = begin - 1;
  }
}

}  // namespace

Replacer::Replacer(KeyedHash hash, bool keep_prefix)
    : hash_(std::move(hash)), words_(hash_), map_(hash_, keep_prefix) {}

// Tries sets of replacements until none is an address of the input; else takes the best set.
void Replacer::begin_replacing() {
  constexpr uint32_t kSets = 32;
  learning_ = false;
  uint32_t best = 0;
  shared_addresses_ = SIZE_MAX;
  for (uint32_t salt = 0; salt < kSets && shared_addresses_ > 0; salt++) {
    map_.set_salt(salt);
    size_t shared = 0;
    for (const IpAddress& ip : addresses_) shared += addresses_.contains(map_.of(ip)) ? 1U : 0U;
    if (shared >= shared_addresses_) continue;
    best = salt;
    shared_addresses_ = shared;
  }
  map_.set_salt(best);
}

void Replacer::address(uint8_t* bytes, size_t size) {
  const IpAddress ip = size == 4 ? ipv4_address(bytes) : ipv6_address(bytes);
  if (learning_) {
    if (AddressMap::is_replaced(ip) && addresses_.size() < kMostAddresses) addresses_.insert(ip);
    return;
  }
  const IpAddress other = map_.of(ip);
  std::copy_n(other.bytes.begin(), size, bytes);
}

void Replacer::mac(uint8_t* six_bytes) const {
  if (learning_) return;
  MacAddress mac;
  std::copy_n(six_bytes, mac.size(), mac.begin());
  mac = map_.of(mac);
  std::copy(mac.begin(), mac.end(), six_bytes);
}

char Replacer::dtmf(char digit) const {
  if (!is_digit(digit)) return digit;
  return static_cast<char>('0' + hash_.permuted(static_cast<uint32_t>(digit - '0'), 10, 'd', ""));
}

// Replaces the address at `at` and returns its length; 0: there is no address.
size_t Replacer::replace_address(std::span<char> text, size_t at) {
  const std::string_view rest(text.data() + at, text.size() - at);
  const bool v4 = dotted_length(rest) > 0;
  const size_t length = v4 ? dotted_length(rest) : coloned_length(rest);
  if (length == 0) return 0;
  const auto ip = parse_ip(rest.substr(0, length));
  if (!ip) return 0;
  IpAddress other = *ip;
  address(other.bytes.data(), v4 ? 4 : 16);
  if (learning_) return length;
  if (v4) {
    write_v4(text.subspan(at, length), other.bytes.data());
  } else {
    write_v6(text.subspan(at, length), other);
  }
  return length;
}

bool Replacer::keeps(std::string_view word, Keep keep) const {
  if (keep == Keep::nothing) return false;
  if (keep == Keep::grammar || !is_number(word)) return is_grammar(word);
  return keep == Keep::grammar_and_numbers || word.size() < kLeastUser ||
         !users_.contains(std::string(word));
}

void Replacer::replace_word(std::string_view word, std::string* out, Keep keep) {
  constexpr std::string_view kCookie = "z9hG4bK";  // RFC 3261 8.1.1.7
  if (in_user_ && is_number(word) && word.size() >= kLeastUser && users_.size() < kMostUsers)
    users_.emplace(word);
  if (keeps(word, keep)) return;
  const size_t begin = starts_no_case(word, kCookie) ? kCookie.size() : 0;
  if (begin == word.size()) return;
  if (learning_) return words_.learn(word.substr(begin));
  *out = std::string(word.substr(0, begin)) + words_.of(word.substr(begin));
}

void Replacer::replace_plain(std::span<char> text, Keep keep) {
  std::string other;
  for (size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || (!is_word_byte(text[at - 1]) && text[at - 1] != '.');
    const bool address = hex_value(text[at]) >= 0 || text[at] == ':';
    if (const size_t length = begins && address ? replace_address(text, at) : 0; length > 0) {
      at += length;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && is_word_byte(text[at])) at++;
    if (at == begin) {
      at++;
      continue;
    }
    const std::string_view word(text.data() + begin, at - begin);
    other = word;
    replace_word(word, &other, keep);
    std::copy(other.begin(), other.end(), text.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

// Replaces words in the unescaped text, then writes each character as it was written: plain or %XX.
void Replacer::replace_escaped(std::span<char> text, Keep keep) {
  std::string plain;
  std::vector<size_t> at_of;
  const auto is_escape = [&](size_t at) {
    return text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
           hex_value(text[at + 2]) >= 0;
  };
  for (size_t at = 0; at < text.size();) {
    const bool escaped = is_escape(at);
    at_of.push_back(at);
    plain += escaped ? static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]))
                     : text[at];
    at += escaped ? 3 : 1;
  }
  replace_plain(plain, keep);
  for (size_t i = 0; i < plain.size(); i++) {
    const size_t at = at_of[i];
    if (is_escape(at)) {
      write_digits(text.subspan(at + 1, 2), static_cast<unsigned char>(plain[i]), 16);
    } else {
      text[at] = plain[i];
    }
  }
}

void Replacer::text(std::span<char> text, Keep keep) {
  const bool escaped = std::find(text.begin(), text.end(), '%') != text.end();
  if (escaped) return replace_escaped(text, keep);
  replace_plain(text, keep);
}

void Replacer::user(std::span<char> text) {
  in_user_ = true;
  this->text(text, Keep::nothing);
  in_user_ = false;
}

void Replacer::secret(std::span<char> text) const {
  if (learning_) return;
  const std::string drawn = hash_.bytes('s', {text.data(), text.size()}, text.size());
  const bool hex = std::all_of(text.begin(), text.end(),
                               [](char c) { return hex_value(c) >= 0 || !is_word_byte(c); });
  for (size_t i = 0; i < text.size(); i++) {
    const auto byte = static_cast<unsigned char>(drawn[i]);
    if (!is_word_byte(text[i])) continue;
    if (hex) {
      write_digits(text.subspan(i, 1), byte % 16, 16);
    } else {
      text[i] = static_cast<char>((is_digit(text[i])                  ? '0' + byte % 10
                                   : text[i] >= 'A' && text[i] <= 'Z' ? 'A' + byte % 26
                                                                      : 'a' + byte % 26));
    }
  }
}

void Replacer::blank(std::span<char> text) const {
  if (learning_) return;
  for (char& c : text) {
    if (!is_space(c)) c = '0';
  }
}

std::string Replacer::map_text() const {
  std::string result;
  AddressMap map = map_;
  for (const IpAddress& ip : addresses_)
    result += to_string(ip) + "\t" + to_string(map.of(ip)) + "\n";
  for (const auto& [word, other] : words_.replaced()) result += word + "\t" + other + "\n";
  return result;
}

}  // namespace sipladder
