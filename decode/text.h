// Small questions about ASCII text, used by the SIP and SDP parsers.
#pragma once

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sipladder {

// Which of 16 bytes are `wanted`, as bits.
inline uint64_t equal_bytes16(const char* at, char wanted) {
#if defined(__SSE2__)
  __m128i block;
  std::memcpy(&block, at, sizeof block);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8(wanted))));
#else
  uint64_t bits = 0;
  for (unsigned i = 0; i < 16; i++) bits |= uint64_t{at[i] == wanted} << i;
  return bits;
#endif
}

// The first `wanted` at or behind `at`; npos when there is none. Inline, because header values are
// short: a call of memchr each cost 25 % of the header index.
inline size_t find_byte(std::string_view text, size_t at, char wanted) {
  for (; at + 16 <= text.size(); at += 16) {
    const uint64_t hits = equal_bytes16(text.data() + at, wanted);
    if (hits != 0) return at + static_cast<size_t>(std::countr_zero(hits));
  }
  if (at < text.size() && text.size() >= 16) {  // the last 16 bytes, some of them again
    const size_t from = text.size() - 16;
    const uint64_t hits = equal_bytes16(text.data() + from, wanted) >> (at - from);
    return hits != 0 ? at + static_cast<size_t>(std::countr_zero(hits)) : std::string_view::npos;
  }
  for (; at < text.size(); at++) {
    if (text[at] == wanted) return at;
  }
  return std::string_view::npos;
}

inline bool is_space(char c) {
  // Nearly no character asked about is one: one comparison for those.
  return static_cast<unsigned char>(c) <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
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
  if (a == b) return true;
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
  const size_t at = find_byte(*rest, 0, separator);
  const std::string_view head = rest->substr(0, at);
  *rest = at == std::string_view::npos ? std::string_view() : rest->substr(at + 1);
  return head;
}

}  // namespace sipladder
