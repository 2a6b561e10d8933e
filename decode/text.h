// Small questions about ASCII text, used by the SIP and SDP parsers.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sipladder {

inline bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

inline bool equal_no_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

inline bool starts_no_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_no_case(text.substr(0, prefix.size()), prefix);
}

// All of `text` as a decimal number; nullopt when it is anything else or does not fit.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Cuts `*rest` at the first `separator` and returns what stood before it; all of it when there is
// none.
inline std::string_view cut(std::string_view* rest, char separator) {
  const size_t at = rest->find(separator);
  const std::string_view head = rest->substr(0, at);
  *rest = at == std::string_view::npos ? std::string_view() : rest->substr(at + 1);
  return head;
}

}  // namespace sipladder
