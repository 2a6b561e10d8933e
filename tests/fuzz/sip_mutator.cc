#include "tests/fuzz/sip_mutator.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <vector>

namespace sipladder::fuzz {
namespace {

using Lines = std::vector<std::string>;

const std::string kValues[] = {
    "",
    "0",
    "-1",
    "4294967296",
    "99999999999999999999",
    "\x1B[2J",
    "\xE2\x80\xAE",
    "\xC2\x9B",
    "\xFF\xFE",
    "\x7F",
    std::string(1, '\0'),
    std::string(3000, 'a'),
    std::string(400, ','),
    "<sip:a@b>;tag=",
    "\"",
    ";;;==",
    "*",
    "sip:[::1]:99999",
    "SIP/2.0/UDP 0.0.0.0;branch=z9hG4bK1",
    "SIP/2.0/TCP [2001:db8::1];received=::;rport=0",
    "application/sdp",
    "multipart/mixed;boundary=x",
    "1 INVITE",
    "4294967295 ACK",
    "IN IP6 ::",
    "0 0",
    "100rel,timer,replaces",
    "a;to-tag=b;from-tag=c",
    "=cmd|'/C calc'!A0",
    "Digest realm=\"\",nonce=\"\",stale=true",
    "1;refresher=uas",
    "terminated;reason=timeout;expires=0",
    "Q.850;cause=16;text=\"\"",
};
const std::string kMethods[] = {"INVITE",  "ACK",     "BYE",    "CANCEL", "REGISTER", "OPTIONS",
                                "PRACK",   "UPDATE",  "INFO",   "REFER",  "NOTIFY",   "SUBSCRIBE",
                                "MESSAGE", "PUBLISH", "invite", "X"};
const std::string kStatuses[] = {"100", "180", "183", "199", "200", "202", "302", "401",
                                 "404", "407", "408", "422", "423", "481", "486", "487",
                                 "491", "500", "503", "603", "699", "000", "1000"};

template <typename List>
const std::string& any_of(const List& list, Random& random) {
  return list[below(random, std::size(list))];
}

Lines lines_of_message(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = text.find("\r\n");
    lines.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return lines;
}

std::string text_of(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\r\n";
  return text;
}

// Behind "Name: " or "a=".
size_t value_at(const std::string& line) {
  const size_t at = line.find_first_of(":=");
  if (at == std::string::npos) return 0;
  return line[at] == ':' && line.substr(at + 1, 1) == " " ? at + 2 : at + 1;
}

void change_number(std::string& line, Random& random) {
  std::vector<size_t> digits;
  for (size_t i = 0; i < line.size(); i++) {
    const bool digit = std::isdigit(static_cast<unsigned char>(line[i])) != 0;
    if (digit && (i == 0 || !std::isdigit(static_cast<unsigned char>(line[i - 1]))))
      digits.push_back(i);
  }
  if (digits.empty()) return;
  const size_t at = digits[below(random, digits.size())];
  const size_t size = std::min(line.find_first_not_of("0123456789", at), line.size()) - at;
  static const std::string kNumbers[] = {
      "0", "1", "2", "65535", "65536", "4294967295", "-1", "100000000000000000000", "7", "3600"};
  line.replace(at, size, any_of(kNumbers, random));
}

void change_start(std::string& line, Random& random) {
  if (line.starts_with("SIP/2.0 ") && line.size() > 11) {
    line.replace(8, 3, any_of(kStatuses, random));
  } else {
    line.replace(0, line.find(' '), any_of(kMethods, random));
  }
}

void change_line(Lines& lines, size_t at, const Lines& donor, Random& random) {
  std::string& line = lines[at];
  const std::string& other = donor[below(random, donor.size())];
  switch (below(random, 8)) {
    case 0:
      line = line.substr(0, value_at(line)) + any_of(kValues, random);
      break;
    case 1:
      line = line.substr(0, value_at(line)) + other.substr(value_at(other));
      break;
    case 2:
      change_number(line, random);
      break;
    case 3:
      line += (below(random, 2) == 0 ? ";" : ",") + any_of(kValues, random);
      break;
    case 4:
      line.resize(below(random, line.size() + 1));
      break;
    case 5:
      if (!line.empty()) line[below(random, line.size())] = static_cast<char>(random());
      break;
    case 6:
      line.insert(below(random, line.size() + 1), "\r\n ");
      break;
    default:
      line.insert(below(random, line.size() + 1), any_of(kValues, random));
  }
}

// The same header of the donor: two messages get one Call-ID, one branch, one tag.
void take_value(Lines& lines, size_t at, const Lines& donor) {
  const std::string name = lines[at].substr(0, value_at(lines[at]));
  if (name.empty()) return;
  for (const std::string& line : donor) {
    if (line.starts_with(name)) lines[at] = line;
  }
}

void fix_content_length(Lines& lines) {
  const auto empty = std::find(lines.begin(), lines.end(), "");
  if (empty == lines.end()) return;
  const size_t body = text_of(Lines(empty + 1, lines.end())).size();
  for (auto line = lines.begin(); line != empty; ++line) {
    if (line->starts_with("Content-Length:")) *line = "Content-Length: " + std::to_string(body);
  }
}

}  // namespace

bool looks_like_a_message(std::string_view payload) {
  return payload.substr(0, 400).find("SIP/2.0") != std::string_view::npos;
}

std::string mutate_message(std::string_view message, std::string_view donor, Random& random) {
  Lines lines = lines_of_message(message);
  const Lines others = lines_of_message(donor);
  if (lines.empty() || others.empty()) return std::string(message);
  for (size_t changes = 1 + below(random, 3); changes > 0 && !lines.empty(); changes--) {
    const size_t at = below(random, lines.size());
    switch (below(random, 8)) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), std::string(lines[at]));
        break;
      case 2:
        std::swap(lines[at], lines[below(random, lines.size())]);
        break;
      case 3:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), any_of(others, random));
        break;
      case 4:
        take_value(lines, at, others);
        break;
      case 5:
        change_start(lines[0], random);
        break;
      default:
        change_line(lines, at, others, random);
    }
  }
  if (below(random, 4) != 0) fix_content_length(lines);
  return text_of(lines);
}

}  // namespace sipladder::fuzz
