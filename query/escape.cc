#include "query/escape.h"

#include <fmt/format.h>

#include <cmath>

#include "query/characters.h"

namespace sipladder {
namespace {

// terminal_text(), but line ends stay: a quoted cell may have them.
std::string csv_lines(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  while (true) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    const bool cr = end != std::string_view::npos && line.ends_with('\r');
    if (cr) line.remove_suffix(1);
    out += terminal_text(line);
    if (end == std::string_view::npos) return out;
    out += cr ? "\r\n" : "\n";
    text.remove_prefix(end + 1);
  }
}

void append_json_escape(std::string* out, char32_t c) {
  if (c > 0xFFFF) {
    const auto high = static_cast<unsigned>(0xD800 + ((c - 0x10000) >> 10));
    const auto low = static_cast<unsigned>(0xDC00 + ((c - 0x10000) & 0x3FF));
    *out += fmt::format("\\u{:04x}\\u{:04x}", high, low);
  } else {
    *out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

std::string terminal_text(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const Character c = first_character(text);
    const std::string_view bytes = text.substr(0, c.size);
    if (c.is_utf8 && !is_hidden(c.code)) {
      out += bytes;
    } else {
      for (const char byte : bytes)
        out += fmt::format("\\x{:02X}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    }
    text.remove_prefix(c.size);
  }
  return out;
}

std::string valid_utf8(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const Character c = first_character(text);
    c.is_utf8 ? out.append(text.substr(0, c.size)) : out.append("\uFFFD");
    text.remove_prefix(c.size);
  }
  return out;
}

void append_json(std::string* out, std::string_view text) {
  *out += '"';
  while (!text.empty()) {
    const Character c = first_character(text);
    if (!c.is_utf8) {
      *out += "\\ufffd";
    } else if (c.code == U'"' || c.code == U'\\') {
      out->append({'\\', text[0]});
    } else if (is_hidden(c.code)) {
      append_json_escape(out, c.code);
    } else {
      *out += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  *out += '"';
}

void append_json(std::string* out, double number) {
  *out += std::isfinite(number) ? fmt::format("{:.3f}", number) : "null";
}

std::string json_text(std::string_view text) {
  std::string out;
  append_json(&out, text);
  return out;
}

std::string csv_text(std::string_view raw, bool formulas) {
  std::string text = csv_lines(raw);
  // A spreadsheet takes a cell that begins like this for a formula. A telephone number is left as
  // it is.
  const bool number = text.find_first_not_of("+0123456789") == std::string::npos;
  if (!formulas && !text.empty() && !number &&
      std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : terminal_text(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string markdown_text(std::string_view text) {
  constexpr std::string_view kMarks = "|\\`*_[~";
  std::string out;
  for (const char c : terminal_text(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";  // &#x202E; would be the character
    } else {
      if (kMarks.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string sql_string(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

}  // namespace sipladder
