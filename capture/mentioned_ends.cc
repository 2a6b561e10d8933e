#include "capture/mentioned_ends.h"

#include <algorithm>

#include "capture/text_scanner.h"

namespace sipladder {
namespace {

// ":5060", "]:5060", "/5060", " on port 5060".
void scan_port(std::string_view line, Mention* mention) {
  Scanner scan(line.substr(mention->end));
  scan.skip("]");
  scan.skip("'");  // "('192.0.2.1', 5060)"
  const bool marked = scan.skip(":") || scan.skip("/") || scan.skip(" port ") ||
                      scan.skip(" on port ") || scan.skip(", port ") || scan.skip(" port:") ||
                      scan.skip(":port ");
  uint16_t port = 0;
  if (!marked || !scan.number(&port)) return;
  mention->address.port = port;
  mention->end = line.size() - scan.rest().size();
}

// tcpflow: "192.000.002.010.05060".
bool scan_padded(std::string_view text, Mention* mention) {
  int part[5];
  Scanner scan(text);
  for (int i = 0; i < 4; i++) {
    if (!scan.digits(3, &part[i]) || part[i] > 255 || !scan.skip(".")) return false;
  }
  if (!scan.digits(5, &part[4]) || part[4] > 0xFFFF) return false;
  mention->address = {};
  for (size_t i = 0; i < 4; i++) mention->address.bytes[i] = static_cast<uint8_t>(part[i]);
  mention->address.known = true;
  mention->address.port = static_cast<uint16_t>(part[4]);
  mention->end = mention->begin + text.size() - scan.rest().size();
  return true;
}

// "pbx.example.com:5060" behind an arrow or "to".
bool scan_name(std::string_view line, size_t begin, Mention* mention) {
  const std::string_view text = line.substr(begin);
  const auto no_name = [](char c) {
    return !is_word_character(c) && c != '.' && c != '-' && c != '_';
  };
  const auto stop = std::find_if(text.begin(), text.end(), no_name);
  const auto length = static_cast<size_t>(stop - text.begin());
  if (length == 0 || length == text.size() || text[length] != ':') return false;
  mention->begin = begin;
  mention->end = begin + length;
  if (!name_raw_host(text.substr(0, length), &mention->address)) return false;
  scan_port(line, mention);
  return mention->address.port != 0;
}

}  // namespace

bool scan_address(std::string_view line, size_t begin, Mention* mention) {
  mention->begin = begin;
  const std::string_view text = line.substr(begin);
  if (scan_padded(text, mention)) return true;
  const bool bracket = text.starts_with('[');
  const size_t length = bracket ? text.find(']') : text.find_first_not_of("0123456789.");
  std::string_view address = text.substr(bracket ? 1 : 0, bracket ? length - 1 : length);
  if (bracket && length == npos) return false;
  while (!bracket && address.ends_with('.')) address.remove_suffix(1);
  if (bracket && address.find(':') == npos) return false;
  if (!bracket && std::count(address.begin(), address.end(), '.') != 3) return false;
  if (!parse_raw_ip(address, &mention->address)) return false;
  mention->address.port = 0;
  mention->end = begin + address.size() + (bracket ? 1 : 0);
  scan_port(line, mention);
  return true;
}

std::vector<Mention> mentions_in(std::string_view line) {
  std::vector<Mention> result;
  for (size_t at = 0; at < line.size() && result.size() < 4;) {
    const char before = at == 0 ? ' ' : line[at - 1];
    const bool begins = (Scanner::is_digit(line[at]) || line[at] == '[') &&
                        !is_word_character(before) && before != '.' && before != '@';
    Mention mention;
    if (begins && scan_address(line, at, &mention)) {
      at = mention.end;
      result.push_back(mention);
    } else {
      at++;
    }
  }
  return result;
}

bool named_ends(std::string_view line, std::vector<Mention>* mentions) {
  const size_t arrow = line.find("->");
  if (arrow == npos) return false;
  const std::string_view before = trim_text(line.substr(0, arrow), " -");
  if (before.empty()) return false;
  const size_t begin = before.rfind(' ') == npos ? 0 : before.rfind(' ') + 1;
  const size_t behind = line.find_first_not_of(' ', arrow + 2);
  Mention src, dst;
  const auto scan = [&](size_t at, Mention* mention) {
    return scan_address(line, at, mention) || scan_name(line, at, mention);
  };
  const size_t offset = static_cast<size_t>(before.data() - line.data());
  if (behind == npos || !scan(offset + begin, &src) || !scan(behind, &dst)) return false;
  *mentions = {src, dst};
  return true;
}

}  // namespace sipladder
