#include "decode/relay_dictionary.h"

#include <algorithm>
#include <optional>

#include "decode/relay_control.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMaxDigits = 7;    // of a length: no message is as long
constexpr size_t kMaxInteger = 24;  // digits of a number

void append_utf8(uint32_t code, std::string* out) {
  const auto put = [&](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

// Four hexadecimal digits behind "\u".
std::optional<uint32_t> hex4(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  uint32_t code = 0;
  for (const char c : digits.substr(0, 4)) {
    const char l = lower(c);
    if (is_digit(l)) {
      code = code * 16 + static_cast<uint32_t>(l - '0');
    } else if (l >= 'a' && l <= 'f') {
      code = code * 16 + static_cast<uint32_t>(l - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return code;
}

// A code of RFC 8259 7 at the beginning of `text`, behind "\u"; how many bytes of it were taken.
size_t append_code(std::string_view text, std::string* out) {
  const auto high = hex4(text);
  if (!high) return 0;
  const bool pair = *high >= 0xD800 && *high < 0xDC00 && text.substr(4, 2) == "\\u";
  const auto low = pair ? hex4(text.substr(6)) : std::nullopt;
  if (low && *low >= 0xDC00 && *low < 0xE000) {
    append_utf8(0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00), out);
    return 10;
  }
  append_utf8(*high >= 0xD800 && *high < 0xE000 ? 0xFFFD : *high, out);
  return 4;
}

char plain_of(char escaped) {
  switch (escaped) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return escaped;
  }
}

}  // namespace

bool begins_dictionary(std::string_view bytes) {
  if (bytes.starts_with('d')) {
    size_t at = 1;
    while (at < bytes.size() && at <= kMaxDigits && is_digit(bytes[at])) at++;
    return at > 1 && at < bytes.size() && bytes[at] == ':';
  }
  if (!bytes.starts_with('{')) return false;
  const size_t at = bytes.find_first_not_of(" \t\r\n", 1);
  return at != std::string_view::npos && bytes[at] == '"';
}

DictionaryReader::DictionaryReader(std::string_view bytes, std::string* unescaped)
    : bytes_(bytes), unescaped_(unescaped), json_(bytes.starts_with('{')) {
  if (unescaped_ != nullptr) {
    unescaped_->clear();
    unescaped_->reserve(bytes.size());  // what is unescaped is no longer: views stay valid
  }
  if (!json_ && !bytes.starts_with('d')) stop(DictionaryStep::bad);
  at_ = 1;
}

bool DictionaryReader::stop(DictionaryStep step) {
  step_ = step;
  bytes_ = bytes_.substr(0, step == DictionaryStep::whole ? at_ : 0);
  return false;
}

bool DictionaryReader::next(std::string_view* key, std::string_view* value) {
  bool text = false;
  while (!text) {
    if (bytes_.size() < at_ || step_ != DictionaryStep::cut) return false;
    const bool more = json_ ? next_json(key, value, &text) : next_bencode(key, value, &text);
    if (!more) return false;
  }
  return true;
}

bool DictionaryReader::next_bencode(std::string_view* key, std::string_view* value, bool* text) {
  if (at_ >= bytes_.size()) return stop(DictionaryStep::cut);
  if (bytes_[at_] == 'e') {
    at_++;
    return stop(DictionaryStep::whole);
  }
  if (!read_bencode_text(key)) return false;
  if (at_ >= bytes_.size()) return stop(DictionaryStep::cut);
  *text = is_digit(bytes_[at_]);
  return *text ? read_bencode_text(value) : skip_bencode();
}

bool DictionaryReader::read_bencode_text(std::string_view* text) {
  size_t length = 0, digits = 0;
  for (; at_ < bytes_.size() && is_digit(bytes_[at_]); at_++) {
    if (++digits > kMaxDigits) return stop(DictionaryStep::bad);
    length = length * 10 + static_cast<size_t>(bytes_[at_] - '0');
  }
  if (at_ >= bytes_.size()) return stop(DictionaryStep::cut);
  if (digits == 0 || bytes_[at_] != ':') return stop(DictionaryStep::bad);
  at_++;
  if (length > bytes_.size() - at_)
    return stop(length > kMaxRelayMessage ? DictionaryStep::bad : DictionaryStep::cut);
  *text = bytes_.substr(at_, length);
  at_ += length;
  return true;
}

// A number, a list or a dictionary.
bool DictionaryReader::skip_bencode() {
  size_t depth = 0;
  do {
    if (at_ >= bytes_.size()) return stop(DictionaryStep::cut);
    const char c = bytes_[at_];
    if (is_digit(c)) {
      std::string_view passed;
      if (!read_bencode_text(&passed)) return false;
      continue;
    }
    at_++;
    if (c == 'd' || c == 'l') {
      if (++depth > kMaxRelayDepth) return stop(DictionaryStep::bad);
    } else if (c == 'e' && depth > 0) {
      depth--;
    } else if (c == 'i') {
      const size_t end = bytes_.substr(at_, kMaxInteger).find('e');
      if (end == std::string_view::npos)
        return stop(bytes_.size() - at_ < kMaxInteger ? DictionaryStep::cut : DictionaryStep::bad);
      at_ += end + 1;
    } else {
      return stop(DictionaryStep::bad);
    }
  } while (depth > 0);
  return true;
}

bool DictionaryReader::skip_space() {
  while (at_ < bytes_.size() && is_space(bytes_[at_])) at_++;
  return at_ < bytes_.size() || stop(DictionaryStep::cut);
}

bool DictionaryReader::next_json(std::string_view* key, std::string_view* value, bool* text) {
  if (!skip_space()) return false;
  if (bytes_[at_] == '}') {
    at_++;
    return stop(DictionaryStep::whole);
  }
  if (!first_) {
    if (bytes_[at_] != ',') return stop(DictionaryStep::bad);
    at_++;
    if (!skip_space()) return false;
  }
  first_ = false;
  if (!read_json_text(key) || !skip_space()) return false;
  if (bytes_[at_] != ':') return stop(DictionaryStep::bad);
  at_++;
  if (!skip_space()) return false;
  *text = bytes_[at_] == '"';
  if (!*text) return skip_json();
  if (!read_json_text(value)) return false;
  *value = unescape(*value);
  return true;
}

bool DictionaryReader::read_json_text(std::string_view* text) {
  if (bytes_[at_] != '"') return stop(DictionaryStep::bad);
  const size_t begin = ++at_;
  while (at_ < bytes_.size() && bytes_[at_] != '"') at_ += bytes_[at_] == '\\' ? 2 : 1;
  if (at_ >= bytes_.size()) return stop(DictionaryStep::cut);
  *text = bytes_.substr(begin, at_ - begin);
  at_++;
  return true;
}

// A number, true, false, null, an array or an object.
bool DictionaryReader::skip_json() {
  size_t depth = 0;
  do {
    if (!skip_space()) return false;
    const char c = bytes_[at_];
    if (c == '"') {
      std::string_view passed;
      if (!read_json_text(&passed)) return false;
      continue;
    }
    at_++;
    if (c == '{' || c == '[') {
      if (++depth > kMaxRelayDepth) return stop(DictionaryStep::bad);
    } else if (c == '}' || c == ']') {
      if (depth == 0) return stop(DictionaryStep::bad);
      depth--;
    } else if (c != ',' && c != ':') {
      at_ = std::min(bytes_.find_first_of(",:]} \t\r\n", at_), bytes_.size());
    } else if (depth == 0) {
      return stop(DictionaryStep::bad);
    }
  } while (depth > 0);
  return true;
}

std::string_view DictionaryReader::unescape(std::string_view text) {
  if (unescaped_ == nullptr || text.find('\\') == std::string_view::npos) return text;
  const size_t begin = unescaped_->size();
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      unescaped_->push_back(text[i]);
    } else if (text[++i] == 'u') {
      const size_t taken = append_code(text.substr(i + 1), unescaped_);
      if (taken == 0) unescaped_->push_back('?');
      i += taken;
    } else {
      unescaped_->push_back(plain_of(text[i]));
    }
  }
  return std::string_view(*unescaped_).substr(begin);
}

}  // namespace sipladder
