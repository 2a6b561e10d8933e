// Finds the start line, the header lines and the body of a message (RFC 3261 sections 7 and 18.3).
#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "decode/header_words.h"
#include "decode/newlines.h"
#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr std::string_view kVersion = "SIP/2.0";
constexpr size_t kMaxMethodLength = 64;

constexpr std::array<bool, 256> kTokenChars = [] {
  std::array<bool, 256> is{};
  for (const char c : std::string_view("-.!%*_+`'~0123456789")) is[static_cast<size_t>(c)] = true;
  for (size_t letter = 'a'; letter <= 'z'; letter++) is[letter] = is[letter - 32] = true;
  return is;
}();

bool is_token_char(char c) {
  return kTokenChars[static_cast<unsigned char>(c)];
}

// The line that starts at `begin`, without its end; *next is where the following one starts.
std::string_view line_at(std::string_view bytes, size_t begin, size_t* next) {
  const size_t found = find_byte(bytes, begin, '\n');
  const size_t end = found == std::string_view::npos ? bytes.size() : found;
  *next = found == std::string_view::npos ? bytes.size() : end + 1;
  std::string_view line = slice(bytes, begin, end);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

void flag(SipIndex* sip, const char* sentence, const char* at = nullptr,
          SipFault fault = SipFault::syntax) {
  if (sip->malformed != nullptr) return;
  sip->malformed = sentence;
  sip->malformed_at = at;
  sip->fault = fault;
}

bool index_response(std::string_view line, SipIndex* sip) {
  sip->is_request = false;
  std::string_view rest = line.substr(kVersion.size());
  if (rest.empty() || rest[0] != ' ') return false;
  rest.remove_prefix(1);
  size_t digits = 0;
  uint32_t status = 0;
  while (digits < rest.size() && digits < 9 && is_digit(rest[digits])) {
    status = status * 10 + static_cast<uint32_t>(rest[digits++] - '0');
  }
  if (digits == 0) return false;
  if (digits != 3 || status < 100 || status > 699)
    flag(sip, "Status-Code is not 100 to 699 (RFC 3261 7.2)", rest.data());
  sip->status = status > 65535 || status == 0 ? uint16_t{999} : static_cast<uint16_t>(status);
  rest.remove_prefix(digits);
  if (rest.empty()) flag(sip, "no space after the Status-Code (RFC 3261 7.2)", rest.data());
  sip->reason = trim(rest);
  return true;
}

bool index_request(std::string_view line, SipIndex* sip) {
  sip->is_request = true;
  const size_t space = find_byte(line, 0, ' ');
  if (space == std::string_view::npos || space == 0 || space > kMaxMethodLength) return false;
  sip->method = slice(line, 0, space);
  for (const char c : sip->method) {
    if (!is_token_char(c)) return false;
  }
  const std::string_view trimmed = trim(line);
  const size_t last = trimmed.rfind(' ');
  if (last == std::string_view::npos || last < space) return false;
  const std::string_view version = slice(trimmed, last + 1, trimmed.size());
  if (!starts_no_case(version, "SIP/") || version.size() < 5 || !is_digit(version[4])) return false;
  if (!equal_no_case(version, kVersion))
    flag(sip, "SIP-Version is not 2.0 (RFC 3261 7.1)", version.data());
  if (trimmed.size() != line.size())
    flag(sip, "space after the SIP-Version in the Request-Line (RFC 3261 7.1)",
         version.data() + version.size());
  const std::string_view middle = last > space ? slice(line, space + 1, last) : std::string_view();
  sip->request_uri = trim(middle);
  if (sip->request_uri.size() != middle.size())
    flag(sip, "more than one space in the Request-Line (RFC 3261 7.1)", middle.data());
  if (sip->request_uri.empty())
    flag(sip, "no Request-URI in the Request-Line (RFC 3261 7.1)", line.data() + space);
  const auto blank = std::find_if(sip->request_uri.begin(), sip->request_uri.end(),
                                  [](char c) { return is_space(c); });
  if (blank != sip->request_uri.end())
    flag(sip, "space inside the Request-URI (RFC 3261 7.1)", &*blank);
  if (!sip->request_uri.empty() && sip->request_uri[0] == '<') {
    flag(sip, "Request-URI in angle brackets (RFC 3261 7.1)", sip->request_uri.data());
  }
  return true;
}

bool index_start_line(std::string_view line, SipIndex* sip) {
  sip->start_line = line;
  if (starts_no_case(line, kVersion)) return index_response(line, sip);
  return index_request(line, sip);
}

[[gnu::always_inline]] inline void add_header(HeaderId id, std::string_view name,
                                              std::string_view value, SipIndex* sip) {
  const size_t count = sip->headers.size();
  if (count >= kMaxHeaders) {
    flag(sip, "more header lines than are indexed (512)", name.data());
    return;
  }
  sip->headers.push_back({id, name, value});
  if (id == HeaderId::other) return;
  uint16_t& first = sip->first[static_cast<size_t>(id)];
  if (first == 0) first = static_cast<uint16_t>(count + 1);
}

// Where the line that starts at `at` ends: the place of its newline, or size().
size_t end_of_line(std::string_view bytes, size_t at) {
  return std::min(find_byte(bytes, at, '\n'), bytes.size());
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// The field of the line bytes[at, end), whose name is then its first *size bytes: one load finds
// its end, and two words tell it. `other`: unusual_name() tells.
[[gnu::always_inline]] inline HeaderId usual_name(std::string_view bytes, size_t at, size_t end,
                                                  size_t* size) {
  if (at + 16 > bytes.size()) return HeaderId::other;
  const uint64_t hits = equal_bytes16(bytes.data() + at, ':');
  *size = static_cast<size_t>(std::countr_zero(hits | uint64_t{1} << 16));
  if (*size >= 16 || at + *size >= end) return HeaderId::other;
  return usual_header_id(bytes.data() + at, *size);
}

struct HeaderName {
  HeaderId id = HeaderId::other;
  std::string_view text;
  size_t colon = 0;  // where it ends; 0: the line has none
};

[[gnu::noinline]] HeaderName unusual_name(std::string_view bytes, size_t at, size_t end) {
  const size_t colon = find_byte(slice(bytes, 0, end), at, ':');
  if (colon >= end || colon == at) return {};
  const std::string_view name = trim(slice(bytes, at, colon));
  return {header_id(name), name, colon};
}

// Lines that continue a field belong to its value, which stays folded (RFC 3261 7.3.1). Returns the
// end of the last one; `end` when there is none.
[[gnu::noinline]] size_t end_of_folded(std::string_view bytes, size_t end, Newlines* newlines) {
  while (end + 1 < bytes.size() && is_blank(bytes[end + 1])) {
    const size_t more = newlines->next();
    const bool blank = trim(slice(bytes, end + 1, more)).empty();
    end = more;
    if (blank) break;
  }
  return end;
}

// trim() for a value, which nearly always stands between one space and CR.
[[gnu::always_inline]] inline std::string_view trim_value(std::string_view value) {
  const size_t size = value.size();
  if (size > 2 && value[0] == ' ' && value[1] > ' ' && value[size - 1] == '\r' &&
      value[size - 2] > ' ')
    return slice(value, 1, size - 1);
  return trim(value);
}

// Indexes the header lines of fields that are `wanted`, up to the empty line. Returns where the
// body starts.
template <typename Wanted>
size_t index_headers(std::string_view bytes, size_t at, Wanted wanted, SipIndex* sip) {
  Newlines newlines(bytes, at);
  while (at < bytes.size()) {
    const size_t line_end = newlines.next();
    if (line_end - at < 2 && (line_end == at || bytes[at] == '\r'))
      return std::min(line_end + 1, bytes.size());
    size_t end = line_end;
    if (end + 1 < bytes.size() && bytes[end + 1] <= ' ') end = end_of_folded(bytes, end, &newlines);
    size_t size = 0;
    const HeaderId id = usual_name(bytes, at, line_end, &size);
    if (id != HeaderId::other) {
      if (wanted(id))
        add_header(id, slice(bytes, at, at + size), trim_value(slice(bytes, at + size + 1, end)),
                   sip);
    } else if (const HeaderName name = unusual_name(bytes, at, line_end); name.colon != 0) {
      if (wanted(name.id))
        add_header(name.id, name.text, trim(slice(bytes, name.colon + 1, end)), sip);
    } else {
      flag(sip, "header line without a name and colon (RFC 3261 7.3.1)", bytes.data() + at);
    }
    at = end + 1;
  }
  flag(sip, "no empty line after the headers (RFC 3261 7)", bytes.data() + bytes.size());
  return bytes.size();
}

void check_mandatory(SipIndex* sip) {
  static constexpr struct {
    HeaderId id;
    const char* sentence;
  } kMandatory[] = {
      {HeaderId::via, "Via is missing (RFC 3261 8.1.1)"},
      {HeaderId::from, "From is missing (RFC 3261 8.1.1)"},
      {HeaderId::to, "To is missing (RFC 3261 8.1.1)"},
      {HeaderId::call_id, "Call-ID is missing (RFC 3261 8.1.1)"},
      {HeaderId::cseq, "CSeq is missing (RFC 3261 8.1.1)"},
  };
  for (const auto& row : kMandatory) {
    if (sip->value(row.id).empty()) flag(sip, row.sentence, nullptr, SipFault::missing_header);
  }
}

void check_cseq(SipIndex* sip) {
  const std::string_view value = sip->value(HeaderId::cseq);
  if (value.empty()) return;
  sip->cseq = parse_cseq(value);
  if (!sip->cseq.valid) {
    flag(sip, "CSeq is not a number below 2**31 and a method (RFC 3261 8.1.1.5)", value.data());
  } else if (sip->is_request && sip->cseq.method != sip->method) {
    flag(sip, "CSeq names another method than the Request-Line (RFC 3261 8.1.1.5)",
         sip->cseq.method.data());
  }
}

// Some senders and devices put line ends and zeros behind a message.
bool is_padding(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0' || is_space(c); });
}

// Whether more stands behind the body than the rest of its last line. Such a rest is allowed,
// because two examples of RFC 5118 have it.
bool goes_on_behind(std::string_view body, std::string_view behind) {
  if (!body.empty() && body.back() != '\n')
    behind = slice(behind, end_of_line(behind, 0), behind.size());
  return !is_padding(behind) && !looks_like_sip(behind);
}

void index_body(std::string_view bytes, size_t at, SipIndex* sip) {
  sip->body = slice(bytes, at, bytes.size());
  if (!sip->has(HeaderId::content_length)) return;
  sip->content_length = parse_number<uint64_t>(sip->value(HeaderId::content_length));
  if (!sip->content_length) {
    flag(sip, "Content-Length is not a number (RFC 3261 20.14)",
         sip->value(HeaderId::content_length).data());
    return;
  }
  for (size_t i = sip->first[static_cast<size_t>(HeaderId::content_length)];
       i < sip->headers.size(); i++) {
    const HeaderLine& header = sip->headers[i];
    if (header.id == HeaderId::content_length &&
        parse_number<uint64_t>(header.value) != sip->content_length) {
      flag(sip, "two Content-Length headers that differ (RFC 3261 20.14)", header.value.data());
    }
  }
  const char* const digits = sip->value(HeaderId::content_length).data();
  if (*sip->content_length > sip->body.size())
    return flag(sip, "Content-Length is larger than the body (RFC 3261 18.3)", digits,
                SipFault::body_too_short);
  const std::string_view behind = slice(sip->body, *sip->content_length, sip->body.size());
  sip->body = slice(sip->body, 0, *sip->content_length);
  if (goes_on_behind(sip->body, behind))
    flag(sip, "Content-Length is smaller than the body (RFC 3261 18.3)", digits,
         SipFault::body_too_long);
}

size_t skip_crlf(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size() && (bytes[at] == '\r' || bytes[at] == '\n')) at++;
  return at;
}

// The first Content-Length; 0 when there is none. It needs no index: that is made only once the
// message is complete.
uint64_t framed_length(std::string_view headers) {
  size_t next = 0;
  line_at(headers, 0, &next);  // start-line
  while (next < headers.size()) {
    std::string_view line = line_at(headers, next, &next);
    const char initial = line.empty() ? '\0' : lower(line[0]);
    if (initial != 'c' && initial != 'l') continue;
    if (header_id(trim(cut(&line, ':'))) != HeaderId::content_length) continue;
    if (trim(line).empty()) line = line_at(headers, next, &next);  // folded
    return parse_number<uint64_t>(trim(line)).value_or(0);
  }
  return 0;
}

// Clears *out and reads the start line. *next is where the headers begin.
bool begin_index(std::string_view bytes, size_t* next, SipIndex* out) {
  std::vector<HeaderLine> headers = std::move(out->headers);
  headers.clear();
  std::destroy_at(out);
  std::construct_at(out);  // in place: to assign an empty index would copy it
  out->headers = std::move(headers);
  return index_start_line(line_at(bytes, skip_crlf(bytes), next), out);
}

}  // namespace

size_t end_of_headers(std::string_view stream) {
  size_t at = 0;
  while (at < stream.size()) {
    const void* found = std::memchr(stream.data() + at, '\n', stream.size() - at);
    if (found == nullptr) return std::string_view::npos;
    at = static_cast<size_t>(static_cast<const char*>(found) - stream.data()) + 1;
    if (at < stream.size() && stream[at] == '\n') return at + 1;
    if (at + 1 < stream.size() && stream[at] == '\r' && stream[at + 1] == '\n') return at + 2;
  }
  return std::string_view::npos;
}

bool looks_like_sip(std::string_view bytes) {
  bytes.remove_prefix(skip_crlf(bytes.substr(0, 64)));
  if (bytes.size() < 12) return false;
  if (starts_no_case(bytes, kVersion)) return bytes[7] == ' ' && is_digit(bytes[8]);
  size_t space = 0;
  while (space < bytes.size() && space <= kMaxMethodLength && is_token_char(bytes[space])) space++;
  if (space == 0 || space >= bytes.size() || bytes[space] != ' ') return false;
  size_t next = 0;
  const std::string_view line = trim(line_at(bytes, 0, &next));
  const size_t version = line.rfind(' ');
  if (version != std::string_view::npos && starts_no_case(line.substr(version + 1), "SIP/"))
    return true;
  // The start-line is longer than what was captured, or has come so far: a known method must do.
  return next == bytes.size() && bytes.back() != '\n' &&
         parse_method(bytes.substr(0, space)) != Method::unknown &&
         (starts_no_case(bytes.substr(space + 1), "sip") ||
          starts_no_case(bytes.substr(space + 1), "tel:"));
}

bool index_sip(std::string_view bytes, SipIndex* out) {
  size_t next = 0;
  if (!begin_index(bytes, &next, out)) return false;
  const auto all = [](HeaderId) { return true; };
  index_body(bytes, index_headers(bytes, next, all, out), out);
  check_mandatory(out);
  check_cseq(out);
  return true;
}

bool index_routing(std::string_view bytes, SipIndex* out) {
  size_t next = 0;
  if (!begin_index(bytes, &next, out)) return false;
  const auto wanted = [](HeaderId id) {
    return id == HeaderId::via || id == HeaderId::record_route;
  };
  index_headers(bytes, next, wanted, out);
  return true;
}

SipFrame frame_sip(std::string_view stream) {
  SipFrame frame;
  frame.skip = skip_crlf(stream);
  stream.remove_prefix(frame.skip);
  if (stream.empty()) return frame;
  if (stream.size() >= 12 && !looks_like_sip(stream)) {
    frame.bad = true;
    return frame;
  }
  const size_t headers = end_of_headers(stream);
  if (headers == std::string_view::npos) {
    frame.bad = stream.size() > kMaxHeaderBytes;
    return frame;
  }
  const uint64_t body = framed_length(stream.substr(0, headers));
  if (body > (uint64_t{1} << 30)) {
    frame.bad = true;
    return frame;
  }
  frame.needed = headers + static_cast<size_t>(body);
  if (stream.size() >= frame.needed) frame.length = frame.needed;
  return frame;
}

}  // namespace sipladder
