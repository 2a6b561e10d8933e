#include "correlate/analysis/notes.h"

#include <fmt/format.h>

#include "decode/text.h"

namespace sipladder {
namespace {

std::string with_escapes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || byte < ' ' || byte == 0x7F) {
      out += fmt::format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::string without_escapes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    out +=
        escape ? static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace

std::string_view Notes::of(std::string_view key) const {
  const auto found = notes_.find(key);
  return found == notes_.end() ? std::string_view() : std::string_view(found->second);
}

bool Notes::set(std::string_view key, std::string_view text) {
  if (text.empty()) {
    const auto found = notes_.find(key);
    if (found != notes_.end()) notes_.erase(found);
    return true;
  }
  if (notes_.size() >= kMostNotes && !notes_.contains(key)) return false;
  notes_[std::string(key)] = text.substr(0, kMostNoteBytes);
  return true;
}

std::string Notes::message_key(std::string_view call_id, uint32_t frame, uint16_t source) {
  return source == 0 ? fmt::format("{}\tframe {}", call_id, frame)
                     : fmt::format("{}\tframe {} of {}", call_id, frame, source + 1);
}

std::string Notes::to_text() const {
  std::string all;
  for (const auto& [key, text] : notes_)
    all += with_escapes(key) + "\t" + with_escapes(text) + "\n";
  return all;
}

void Notes::take(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = cut(&text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    const size_t tab = line.find('\t');
    if (tab == std::string_view::npos || tab == 0) continue;
    set(without_escapes(line.substr(0, tab)), without_escapes(line.substr(tab + 1)));
  }
}

std::string notes_path(const std::string& capture) {
  return capture + ".notes";
}

}  // namespace sipladder
