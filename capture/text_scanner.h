// Helpers to read lines of a log. Results point into the text that was given.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace sipladder {

inline constexpr size_t npos = std::string_view::npos;

inline bool is_word_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// `text` without the characters of `what` at both ends.
inline std::string_view trim_text(std::string_view text, std::string_view what = " \t") {
  const size_t begin = text.find_first_not_of(what);
  if (begin == npos) return {};
  return text.substr(begin, text.find_last_not_of(what) + 1 - begin);
}

inline std::string lower_text(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

inline bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

// Reads a text from the left. A method that fails leaves the text where it was.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }
  bool skip(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  void skip_spaces() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\t')) text_.remove_prefix(1);
  }
  std::string_view word() {
    skip_spaces();
    const std::string_view result = text_.substr(0, text_.find_first_of(" \t"));
    text_.remove_prefix(result.size());
    return result;
  }
  template <typename Number>
  bool number(Number* out) {
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), *out);
    if (error != std::errc()) return false;
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    return true;
  }
  // A number of exactly `count` digits (18 at most), with no digit behind them. Fails beyond the
  // range of int.
  bool digits(size_t count, int* out) {
    if (text_.size() < count || (text_.size() > count && is_digit(text_[count]))) return false;
    int64_t value = 0;
    for (const char c : text_.substr(0, count)) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    if (value > std::numeric_limits<int>::max()) return false;
    *out = static_cast<int>(value);
    text_.remove_prefix(count);
    return true;
  }
  // The digits behind a decimal point of seconds, in nanoseconds. Digits beyond the ninth are
  // skipped.
  int64_t fraction() {
    int64_t result = 0;
    int64_t unit = 100'000'000;
    size_t at = 0;
    while (at < text_.size() && is_digit(text_[at])) {
      result += (text_[at++] - '0') * unit;
      unit /= 10;
    }
    text_.remove_prefix(at);
    return result;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

 private:
  std::string_view text_;
};

}  // namespace sipladder
