// Header values: lists, Via, URIs, name-addr, CSeq, parameters (RFC 3261 sections 20 and 25).
#include <algorithm>
#include <bit>
#include <charconv>

#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

// Reads host[:port]; an IPv6 address stands in brackets. *valid: nothing else is there.
void parse_host_port(std::string_view text, std::string_view* host, std::optional<uint16_t>* port,
                     bool* valid) {
  text = trim(text);
  if (!text.empty() && text[0] == '[') {
    const size_t close = text.find(']');
    *valid = close != std::string_view::npos;
    *host = text.substr(1, *valid ? close - 1 : std::string_view::npos);
    text = *valid ? text.substr(close + 1) : std::string_view();
  } else {
    const size_t colon = find_byte(text, 0, ':');
    *host = trim(text.substr(0, colon));
    text = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
    *valid = !host->empty();
  }
  text = trim(text);
  if (text.empty()) return;
  *port = text[0] == ':' ? parse_number<uint16_t>(trim(text.substr(1))) : std::nullopt;
  if (!*port) *valid = false;
}

std::string_view without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    return host.substr(1, host.size() - 2);
  return host;
}

// The end of a quoted string that starts at `at`; size() when it never ends.
size_t end_of_quoted(std::string_view text, size_t at) {
  for (size_t i = at + 1; i < text.size(); i++) {
    if (text[i] == '\\') {
      i++;
    } else if (text[i] == '"') {
      return i;
    }
  }
  return text.size();
}

// The next `separator` outside quotes and angle brackets; npos when there is none.
size_t find_outside(std::string_view text, char separator) {
  int angle = 0;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (c == '"') {
      i = end_of_quoted(text, i);
    } else if (c == '<') {
      angle++;
    } else if (c == '>') {
      angle = 0;
    } else if (c == separator && angle == 0) {
      return i;
    }
  }
  return std::string_view::npos;
}

// The place behind the last ';', '>' or '"'; 0 when there is none.
size_t behind_last_delimiter(std::string_view value) {
  size_t end = value.size();
  for (; end >= 16; end -= 16) {
    const char* const block = value.data() + end - 16;
    const uint64_t hits =
        equal_bytes16(block, ';') | equal_bytes16(block, '>') | equal_bytes16(block, '"');
    if (hits != 0) return end - 16 + static_cast<size_t>(std::bit_width(hits));
  }
  while (end > 0 && value[end - 1] != ';' && value[end - 1] != '>' && value[end - 1] != '"') end--;
  return end;
}

void read_via_param(std::string_view name, std::string_view value, bool has_value, Via* via) {
  switch (name.empty() ? '\0' : lower(name[0])) {
    case 'b':
      if (equal_no_case(name, "branch")) via->branch = value;
      break;
    case 'r':
      if (equal_no_case(name, "rport")) {
        via->has_rport = true;
        if (has_value) via->rport = parse_number<uint16_t>(value);
      } else if (equal_no_case(name, "received")) {
        via->received = without_brackets(value);
      }
      break;
    case 'm':
      if (equal_no_case(name, "maddr")) via->maddr = without_brackets(value);
      break;
    case 't':
      if (equal_no_case(name, "ttl")) via->ttl = parse_number<uint16_t>(value);
      break;
    default:
      break;
  }
}

}  // namespace

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> values;
  while (!value.empty()) {
    const size_t comma = find_outside(value, ',');
    const std::string_view item = trim(value.substr(0, comma));
    if (!item.empty()) values.push_back(item);
    if (comma == std::string_view::npos) break;
    value.remove_prefix(comma + 1);
  }
  return values;
}

std::vector<std::string_view> header_values(const SipIndex& sip, HeaderId id) {
  std::vector<std::string_view> values;
  for (const HeaderLine& header : sip.headers) {
    if (header.id != id) continue;
    if (!header_info(id).comma_list) {
      values.push_back(header.value);
      continue;
    }
    if (header.value.find(',') == std::string_view::npos) {  // nearly always
      if (!header.value.empty()) values.push_back(header.value);
      continue;
    }
    for (const std::string_view value : split_list(header.value)) values.push_back(value);
  }
  return values;
}

std::string unfold(std::string_view value) {
  std::string line;
  line.reserve(value.size());
  for (size_t i = 0; i < value.size(); i++) {
    if (value[i] != '\r' && value[i] != '\n') {
      line.push_back(value[i]);
      continue;
    }
    while (i + 1 < value.size() && is_space(value[i + 1])) i++;
    while (!line.empty() && is_space(line.back())) line.pop_back();
    line.push_back(' ');
  }
  return line;
}

namespace {

struct ViaParts {
  std::string_view transport;
  std::string_view sent_by;
  std::string_view params;  // behind the first ';', with data() null when there is none
};

// Cuts the first value of a Via line into three parts; all are empty when it is no Via.
ViaParts split_via(std::string_view value) {
  if (find_byte(value, 0, ',') != std::string_view::npos)
    value = value.substr(0, find_outside(value, ','));
  constexpr std::string_view kProtocol = "SIP/2.0/";
  size_t slash = kProtocol.size() - 1;
  if (!begins_with(value, kProtocol)) {
    slash = find_byte(value, 0, '/');
    if (slash != std::string_view::npos) slash = find_byte(value, slash + 1, '/');
    if (slash == std::string_view::npos) return {};
  }
  std::string_view rest = trim(slice(value, slash + 1, value.size()));
  size_t end = 0;
  while (end < rest.size() && !is_space(rest[end])) end++;
  ViaParts parts;
  parts.transport = slice(rest, 0, end);
  rest = trim(slice(rest, end, rest.size()));
  parts.sent_by = trim(cut(&rest, ';'));
  parts.params = rest;
  return parts;
}

}  // namespace

Via parse_via(std::string_view value) {
  Via via;
  const ViaParts parts = split_via(value);
  via.transport = parts.transport;
  via.params = trim(parts.params);
  parse_host_port(parts.sent_by, &via.host, &via.port, &via.valid);
  for (std::string_view rest = parts.params; !rest.empty();) {
    std::string_view item = cut(&rest, ';');
    const std::string_view name = cut(&item, '=');
    read_via_param(trim(name), trim(item), item.data() != nullptr, &via);
  }
  return via;
}

namespace {

// The key of a Via as nearly all stacks write it: one value, one space, "branch=" in small letters.
// Everything else gives no branch here. Half of the instructions of split_via().
ViaKey usual_via_key(std::string_view value) {
  constexpr std::string_view kProtocol = "SIP/2.0/";
  const auto is_visible = [&](size_t at) { return value[at] > ' '; };
  if (!begins_with(value, kProtocol) || find_byte(value, 0, ',') != std::string_view::npos)
    return {};
  size_t space = kProtocol.size();
  while (space < value.size() && is_visible(space)) space++;
  if (space == kProtocol.size() || space + 2 > value.size() || value[space] != ' ') return {};
  size_t semicolon = find_byte(value, space + 1, ';');
  if (semicolon == std::string_view::npos || !is_visible(space + 1) || !is_visible(semicolon - 1))
    return {};
  const std::string_view sent_by = slice(value, space + 1, semicolon);
  while (semicolon + 1 < value.size()) {
    const size_t begin = semicolon + 1;
    semicolon = std::min(find_byte(value, begin, ';'), value.size());
    const std::string_view item = slice(value, begin, semicolon);
    if (begins_with(item, "branch=")) {
      const std::string_view branch = slice(item, 7, item.size());
      const bool plain = !branch.empty() && branch.front() > ' ' && branch.back() > ' ';
      return plain ? ViaKey{sent_by, branch} : ViaKey{};
    }
    if (item.empty() || item[0] <= ' ' || lower(item[0]) == 'b') return {};
  }
  return {};
}

}  // namespace

ViaKey parse_via_key(std::string_view value) {
  if (const ViaKey usual = usual_via_key(value); !usual.branch.empty()) return usual;
  const ViaParts parts = split_via(value);
  for (std::string_view rest = parts.params; !rest.empty();) {
    std::string_view item = trim(cut(&rest, ';'));
    if (item.empty() || lower(item[0]) != 'b') continue;
    if (equal_no_case(trim(cut(&item, '=')), "branch")) return {parts.sent_by, trim(item)};
  }
  return {parts.sent_by, {}};
}

bool has_magic_cookie(std::string_view branch) {
  return starts_no_case(branch, "z9hG4bK");
}

SipUri parse_uri(std::string_view uri) {
  SipUri result;
  const size_t colon = uri.find(':');
  if (colon == std::string_view::npos) return result;
  result.scheme = uri.substr(0, colon);
  std::string_view rest = uri.substr(colon + 1);
  const bool is_sip = equal_no_case(result.scheme, "sip") || equal_no_case(result.scheme, "sips");
  if (!is_sip) {
    result.user = cut(&rest, ';');
    result.params = rest;
    result.valid = !result.user.empty();
    return result;
  }
  // The user part may hold ';' and '?': the '@' decides first (19.1.1).
  const size_t at = rest.find('@');
  if (at != std::string_view::npos) {
    std::string_view user = rest.substr(0, at);
    result.user = cut(&user, ':');
    rest.remove_prefix(at + 1);
  }
  std::string_view headers = rest;
  rest = cut(&headers, '?');
  result.headers = headers;
  const std::string_view host = cut(&rest, ';');
  result.params = rest;
  parse_host_port(host, &result.host, &result.port, &result.valid);
  return result;
}

std::string unescape(std::string_view uri_part) {
  std::string text;
  for (size_t i = 0; i < uri_part.size(); i++) {
    unsigned byte = 0;
    const char* digits = uri_part.data() + i + 1;
    const bool escaped = uri_part[i] == '%' && i + 2 < uri_part.size() &&
                         std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    text.push_back(escaped ? static_cast<char>(byte) : uri_part[i]);
    if (escaped) i += 2;
  }
  return text;
}

NameAddr parse_name_addr(std::string_view value) {
  NameAddr result;
  value = trim(value);
  size_t at = 0;
  if (!value.empty() && value[0] == '"') {
    const size_t close = end_of_quoted(value, 0);
    result.display = value.substr(1, close - 1);
    at = close;
  }
  const size_t open = value.find('<', at);
  if (open == std::string_view::npos) {
    // Without <>, the parameters belong to the header field and not to the URI (RFC 3261 20.10).
    std::string_view rest = value;
    result.uri = trim(cut(&rest, ';'));
    result.params = trim(rest);
    result.valid = !result.uri.empty();
    return result;
  }
  if (at == 0) result.display = trim(value.substr(0, open));
  const size_t close = value.find('>', open);
  result.valid = close != std::string_view::npos;
  result.uri = value.substr(open + 1, result.valid ? close - open - 1 : std::string_view::npos);
  if (!result.valid) return result;
  std::string_view rest = trim(value.substr(close + 1));
  if (!rest.empty() && rest[0] == ';') rest.remove_prefix(1);
  result.params = rest;
  return result;
}

std::optional<std::string_view> param(std::string_view params, std::string_view name) {
  while (!params.empty()) {
    const size_t end = find_outside(params, ';');
    std::string_view item = trim(params.substr(0, end));
    const std::string_view key = trim(cut(&item, '='));
    if (equal_no_case(key, name)) {
      item = trim(item);
      if (item.size() >= 2 && item.front() == '"' && item.back() == '"')
        item = item.substr(1, item.size() - 2);
      return item;
    }
    if (end == std::string_view::npos) break;
    params.remove_prefix(end + 1);
  }
  return std::nullopt;
}

std::string_view tag_of(std::string_view value) {
  // Fast path: mostly the tag is the last parameter.
  const size_t begin = behind_last_delimiter(value);
  const std::string_view item = slice(value, begin, value.size());
  if (begin > 0 && value[begin - 1] == ';' && begins_with(item, "tag="))
    return slice(item, 4, item.size());
  // Behind the last '>' there are only parameters of the header field.
  std::string_view tail = value;
  for (size_t close; (close = find_byte(tail, 0, '>')) != std::string_view::npos;) {
    tail.remove_prefix(close + 1);
  }
  const size_t semicolon = find_byte(tail, 0, ';');
  if (semicolon == std::string_view::npos) return {};
  return param(tail.substr(semicolon + 1), "tag").value_or(std::string_view());
}

CSeq parse_cseq(std::string_view value) {
  CSeq cseq;
  size_t digits = 0;
  while (digits < value.size() && is_digit(value[digits])) digits++;
  const auto number = parse_number<uint32_t>(slice(value, 0, digits));
  cseq.method = trim(slice(value, digits, value.size()));
  if (!number) return cseq;
  cseq.number = *number;
  cseq.valid = *number < (uint32_t{1} << 31) && !cseq.method.empty();
  return cseq;
}

}  // namespace sipladder
