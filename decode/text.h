// Small functions for ASCII text, used by the SIP and SDP parsers. Threads: any. Views that they
// return point into the text that was given.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sipladder {

// A bit for each of the 16 bytes at `at` that is `wanted`; the lowest bit is of the first byte.
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

// Likewise for 8 bytes.
inline uint64_t equal_bytes8(const char* at, char wanted) {
#if defined(__SSE2__)
  int64_t word;
  std::memcpy(&word, at, sizeof word);
  const __m128i hits = _mm_cmpeq_epi8(_mm_cvtsi64_si128(word), _mm_set1_epi8(wanted));
  return static_cast<unsigned>(_mm_movemask_epi8(hits)) & 0xFFU;
#else
  uint64_t bits = 0;
  for (unsigned i = 0; i < 8; i++) bits |= uint64_t{at[i] == wanted} << i;
  return bits;
#endif
}

// Likewise for 64 bytes.
inline uint64_t equal_bytes64(const char* at, char wanted) {
  return equal_bytes16(at, wanted) | equal_bytes16(at + 16, wanted) << 16 |
         equal_bytes16(at + 32, wanted) << 32 | equal_bytes16(at + 48, wanted) << 48;
}

// The first `wanted` at or behind `at`; npos when there is none. Inline, because header values are
// short: calls of memchr() took 25 % of the time of the header index.
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
  if (at + 8 <= text.size()) {  // 8 to 15 bytes in all
    const char* const begin = text.data() + at;
    const size_t overlap = text.size() - at - 8;
    const uint64_t hits = equal_bytes8(begin, wanted) | equal_bytes8(begin + overlap, wanted)
                                                            << overlap;
    return hits != 0 ? at + static_cast<size_t>(std::countr_zero(hits)) : std::string_view::npos;
  }
  for (; at < text.size(); at++) {
    if (text[at] == wanted) return at;
  }
  return std::string_view::npos;
}

inline bool is_space(char c) {
  constexpr uint64_t kSpaces = uint64_t{1} << ' ' | 1U << '\t' | 1U << '\r' | 1U << '\n';
  // Most characters are no space: for those, one comparison is enough.
  const auto code = static_cast<unsigned char>(c);
  return code <= ' ' && (kSpaces >> code & 1U) != 0;
}
inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

// text[begin, end), which must be inside `text`: substr() without its check.
inline std::string_view slice(std::string_view text, size_t begin, size_t end) {
  return {text.data() + begin, end - begin};
}

// `text` without white space at both ends. Always inline: a call would cost as much as the work.
[[gnu::always_inline]] inline std::string_view trim(std::string_view text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  while (begin != end && is_space(*begin)) begin++;
  while (begin != end && is_space(end[-1])) end--;
  return {begin, static_cast<size_t>(end - begin)};
}

inline bool equal_no_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a == b) return true;
  for (size_t i = 0; i < a.size(); i++) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// string_view::starts_with() for a prefix whose size is known: always inline, one comparison is
// left of 40 instructions.
[[gnu::always_inline]] inline bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::memcmp(text.data(), prefix.data(), prefix.size()) == 0;
}

[[gnu::always_inline]] inline bool starts_no_case(std::string_view text, std::string_view prefix) {
  if (begins_with(text, prefix)) return true;
  return text.size() >= prefix.size() && !prefix.empty() && lower(text[0]) == lower(prefix[0]) &&
         equal_no_case(slice(text, 0, prefix.size()), prefix);
}

// All of `text` as a decimal number; nullopt when it is anything else or does not fit.
// std::from_chars() takes three times as long for the few digits that headers have.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  static_assert(std::is_unsigned_v<Number>);
  if (text.empty()) return std::nullopt;
  Number value = 0;
  for (const char c : text) {
    const auto digit = static_cast<unsigned char>(c - '0');
    if (digit > 9 || __builtin_mul_overflow(value, Number{10}, &value) ||
        __builtin_add_overflow(value, digit, &value)) {
      return std::nullopt;
    }
  }
  return value;
}

// Cuts `*rest` at the first `separator` and returns what stood before it; all of it when there is
// none.
inline std::string_view cut(std::string_view* rest, char separator) {
  const size_t at = find_byte(*rest, 0, separator);
  const std::string_view whole = *rest;
  if (at == std::string_view::npos) {
    *rest = std::string_view();
    return whole;
  }
  *rest = slice(whole, at + 1, whole.size());
  return slice(whole, 0, at);
}

}  // namespace sipladder
