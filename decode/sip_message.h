// A SIP message: its parts are found in one pass, and values are parsed when somebody asks (RFC
// 3261 section 7).
//
// index_sip() finds the start line, the header lines and the body. parse_*() are pure functions on
// a header value. Lifetime: every string_view points into the bytes given to the function that made
// it. Threads: any. Errors: only a missing SIP start-line is fatal; all others set
// SipIndex::malformed (the first one wins) and reading goes on. Bounds: kMaxHeaders header lines
// are indexed; more set `malformed`, and their bytes stay part of the message.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

enum class Method : uint8_t {
  unknown,
  invite,
  ack,
  bye,
  cancel,
  options,
  register_,
  prack,
  update,
  info,
  subscribe,
  notify,
  refer,
  message,
  publish,
};
Method parse_method(std::string_view token);  // case-sensitive, RFC 3261 7.1
std::string_view to_string(Method method);    // "INVITE"; "" for unknown

// HEADER(id, "Canonical-Name", "compact form or empty", comma list?, "RFC section"):
// decode/sip_headers.def
enum class HeaderId : uint8_t {
#define HEADER(id, name, compact, list, rfc) id,
#include "decode/sip_headers.def"
#undef HEADER
  other,
  count_ = other
};
struct HeaderInfo {
  std::string_view name;
  std::string_view compact;
  bool comma_list;
  std::string_view rfc;
};
const HeaderInfo& header_info(HeaderId id);  // not for `other`
HeaderId header_id(std::string_view name);   // long or compact form, any case

inline constexpr size_t kMaxHeaders = 512;

struct HeaderLine {
  HeaderId id = HeaderId::other;
  std::string_view name;  // as written
  std::string_view
      value;  // trimmed; still folded when the line was continued (unfold() makes it one line)
};

struct CSeq {  // RFC 3261 20.16
  uint32_t number = 0;
  std::string_view method;
  bool valid = false;
};

// The kind of fault that SipIndex::malformed describes.
enum class SipFault : uint8_t { none, syntax, missing_header, body_too_short, body_too_long };

struct SipIndex {
  bool is_request = false;
  std::string_view method;       // request: as written; response: empty
  std::string_view request_uri;  // request
  uint16_t status = 0;           // response
  std::string_view reason;       // response
  std::string_view start_line;
  std::vector<HeaderLine> headers;  // reused between messages: no allocation in the steady state
  std::array<uint16_t, static_cast<size_t>(HeaderId::count_)>
      first{};  // 1-based index into headers; 0: absent
  std::string_view
      body;  // after the empty line, cut to Content-Length when that is shorter than the rest
  std::optional<uint64_t> content_length;
  CSeq cseq;
  const char* malformed = nullptr;  // the first fault, a static sentence; null when there is none
  SipFault fault = SipFault::none;  // the kind of that fault
  const char* malformed_at = nullptr;  // its first byte; null when something is missing

  std::string_view value(HeaderId id) const {  // of the first such header line, empty when absent
    const uint16_t at = first[static_cast<size_t>(id)];
    return at == 0 ? std::string_view() : headers[at - 1U].value;
  }
  bool has(HeaderId id) const { return first[static_cast<size_t>(id)] != 0; }
};

// Cheap test whether the bytes, behind leading line ends, begin with a SIP start-line. Any token is
// accepted as the method if the line ends in "SIP/...". A start-line that is cut off must begin
// with a known method and "sip" or "tel:".
bool looks_like_sip(std::string_view bytes);

// False when the bytes do not begin with a SIP start-line (leading CRLFs are skipped). *out is
// reused, its vector keeps its capacity.
bool index_sip(std::string_view bytes, SipIndex* out);
// Likewise, but finds only the start line, Via and Record-Route, and checks nothing else: a third
// of the instructions.
bool index_routing(std::string_view bytes, SipIndex* out);

// The first message in a byte stream, by its headers and Content-Length (RFC 3261 section 18.3).
struct SipFrame {
  size_t skip = 0;    // CRLF keep-alives before the message
  size_t length = 0;  // of the message, without `skip`; 0: more bytes are needed
  size_t needed = 0;  // the same once the headers are complete, also while the body is not; else 0
  bool bad = false;   // no SIP start-line here: resynchronise
};
SipFrame frame_sip(std::string_view stream);
inline constexpr size_t kMaxHeaderBytes = 1 << 20;  // longer headers make SipFrame::bad
// Where the body begins, behind the first empty line; npos while there is no empty line.
size_t end_of_headers(std::string_view stream);

// The values of a comma list, trimmed and in order; empty ones are left out. Commas inside quotes
// and <> do not split.
std::vector<std::string_view> split_list(std::string_view value);
// The values of all lines of a header field in order; lines of a comma list are split.
std::vector<std::string_view> header_values(const SipIndex& sip, HeaderId id);
std::string unfold(std::string_view value);  // RFC 3261 7.3.1: CRLF LWS becomes one space

struct Via {                   // RFC 3261 20.42, RFC 3581
  std::string_view transport;  // as written: "UDP"
  std::string_view host;       // IPv6 without brackets
  std::optional<uint16_t> port;
  std::string_view branch;
  bool has_rport = false;
  std::optional<uint16_t> rport;
  std::string_view received;  // IPv6 without brackets
  std::string_view maddr;
  std::optional<uint16_t> ttl;
  std::string_view params;  // everything after sent-by, as written
  bool valid = false;
};
Via parse_via(std::string_view value);  // the first value when the line is a list
// The parts of the first Via value that identify a transaction (RFC 3261 17.2.3); the rest is not
// parsed.
struct ViaKey {
  std::string_view sent_by;  // host and port as written
  std::string_view branch;   // empty when absent
};
ViaKey parse_via_key(std::string_view value);
bool has_magic_cookie(std::string_view branch);  // z9hG4bK, RFC 3261 8.1.1.7

struct SipUri {             // RFC 3261 19.1; tel: RFC 3966 (user holds the number)
  std::string_view scheme;  // "sip", "sips", "tel", ...
  std::string_view user;    // without password
  std::string_view host;    // IPv6 without brackets; empty for tel:
  std::optional<uint16_t> port;
  std::string_view params;   // ";lr;transport=tcp" without the first ';'
  std::string_view headers;  // after '?'
  bool valid = false;
};
SipUri parse_uri(std::string_view uri);
std::string unescape(std::string_view uri_part);  // %hh becomes a byte (RFC 3261 19.1.2)

struct NameAddr {            // From, To, Contact, Route, Record-Route, Refer-To, ...
  std::string_view display;  // without quotes, escapes kept
  std::string_view uri;      // without <>
  std::string_view params;   // header parameters, without the first ';'
  bool valid = false;
};
NameAddr parse_name_addr(std::string_view value);

// Value of the parameter `name` (any case) in "a=b;c;d=\"e\"", without quotes. nullopt when it is
// absent, empty when it has no value.
std::optional<std::string_view> param(std::string_view params, std::string_view name);
std::string_view tag_of(
    std::string_view from_or_to_value);  // empty when absent; fast path for correlation

CSeq parse_cseq(std::string_view value);

// The SDP body, also inside multipart/* (RFC 5621); empty when there is none.
std::string_view find_sdp(const SipIndex& sip);

}  // namespace sipladder
