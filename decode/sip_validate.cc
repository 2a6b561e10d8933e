#include "decode/sip_validate.h"

#include <algorithm>
#include <cstring>

#include "decode/address.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t npos = std::string_view::npos;

struct Fault {
  const char* rule;
  const char* at;  // inside the message
};
using Found = std::optional<Fault>;

// Where a quoted string that opens at `at` closes; npos when it does not.
size_t close_of_quote(std::string_view text, size_t at) {
  for (size_t i = at + 1; i < text.size(); i++) {
    if (text[i] == '\\') {
      i++;
    } else if (text[i] == '"') {
      return i;
    }
  }
  return npos;
}

// Visits the bytes outside quoted strings until `visit` returns true. An open quote is a fault.
template <typename Visit>
Found outside_quotes(std::string_view text, Visit visit) {
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '"') {
      const size_t close = close_of_quote(text, i);
      if (close == npos) {
        return Fault{"a quoted string is not closed (RFC 3261 25.1)", text.data() + i};
      }
      i = close;
    } else if (Found found = visit(i)) {
      return found;
    }
  }
  return std::nullopt;
}

Found check_separators(std::string_view value) {
  char last = 0;
  return outside_quotes(value, [&](size_t i) -> Found {
    const char c = value[i];
    if (is_space(c)) return std::nullopt;
    const bool separator = c == ';' || c == ',';
    if (separator && (last == ';' || last == ',')) {
      return Fault{"nothing stands between two separators (RFC 3261 7.3.1)", value.data() + i};
    }
    last = c;
    return std::nullopt;
  });
}

bool is_display_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || is_digit(c) || is_space(c) ||
         static_cast<unsigned char>(c) >= 0x80 || std::strchr("-.!%*_+`'~", c) != nullptr;
}

// Whether a host with or without a port is an IPv6 address without its brackets (RFC 5118 4.1).
bool is_bare_ipv6(std::string_view host_port) {
  return !host_port.starts_with('[') && std::count(host_port.begin(), host_port.end(), ':') >= 2;
}

Found check_uri(std::string_view uri) {
  const size_t colon = uri.find(':');
  if (colon == npos) return std::nullopt;
  const std::string_view scheme = uri.substr(0, colon);
  if (!equal_no_case(scheme, "sip") && !equal_no_case(scheme, "sips")) return std::nullopt;
  std::string_view rest = uri.substr(colon + 1);
  const size_t at = rest.rfind('@');
  if (at != npos) rest.remove_prefix(at + 1);
  const std::string_view host = rest.substr(0, rest.find_first_of(";?"));
  if (is_bare_ipv6(host)) {
    return Fault{"an IPv6 address in a URI has no brackets (RFC 3261 25.1)", host.data()};
  }
  const size_t bracket = host.find(']');
  if (host.starts_with('[') && (bracket == npos || !parse_ip(host.substr(0, bracket + 1)))) {
    return Fault{"no IPv6 address stands in the brackets (RFC 5118 4.10)", host.data()};
  }
  return std::nullopt;
}

// One value of From, To, Contact, Route, ... (20.10).
Found check_address(std::string_view value) {
  size_t open = npos;
  Found fault = outside_quotes(value, [&](size_t i) -> Found {
    if (open == npos && value[i] == '<') open = i;
    return std::nullopt;
  });
  if (fault) return fault;
  if (open == npos) {
    const std::string_view uri = value.substr(0, value.find(';'));
    const size_t odd = uri.find_first_of("?,");
    if (odd == npos) return check_uri(trim(uri));
    return Fault{"a URI with '?' or ',' needs angle brackets (RFC 3261 20.10)", uri.data() + odd};
  }
  const std::string_view display = trim(value.substr(0, open));
  if (!display.starts_with('"')) {
    for (const char& c : display) {
      if (is_display_char(c)) continue;
      return Fault{"a display name with such a character needs quotes (RFC 3261 25.1)", &c};
    }
  }
  const size_t close = value.find('>', open);
  if (close == npos) {
    return Fault{"an angle bracket is not closed (RFC 3261 20.10)", value.data() + open};
  }
  const std::string_view uri = value.substr(open + 1, close - open - 1);
  const size_t space = uri.find_first_of(" \t\r\n");
  if (space != npos) {
    return Fault{"white space inside angle brackets (RFC 3261 25.1)", uri.data() + space};
  }
  return check_uri(uri);
}

Found check_via(std::string_view value) {
  const Via via = parse_via(value);
  if (!via.valid) return Fault{"Via without transport and sent-by (RFC 3261 20.42)", value.data()};
  if (!via.received.empty() && !parse_ip(via.received)) {
    return Fault{"received is no IP address (RFC 3261 18.2.1)", via.received.data()};
  }
  return std::nullopt;
}

// The time zone of Date can only be GMT (RFC 3261 20.17).
Found check_date(std::string_view value) {
  if (value.ends_with("GMT")) return std::nullopt;
  return Fault{"Date is not in GMT (RFC 3261 20.17)", value.data()};
}

// A value of a header, comma lists taken apart.
Found check_value(HeaderId id, std::string_view value) {
  switch (id) {
    case HeaderId::via:
      return check_via(value);
    case HeaderId::from:
    case HeaderId::to:
    case HeaderId::route:
    case HeaderId::record_route:
    case HeaderId::reply_to:
      return check_address(value);
    case HeaderId::contact:
      return value == "*" ? Found{} : check_address(value);
    case HeaderId::date:
      return check_date(value);
    default:
      return std::nullopt;
  }
}

Found check_header(const HeaderLine& header) {
  const bool listed = header.id == HeaderId::via || header.id == HeaderId::contact;
  if (listed) {
    if (const Found fault = check_separators(header.value)) return fault;
  }
  if (!header_info(header.id).comma_list) return check_value(header.id, header.value);
  for (const std::string_view value : split_list(header.value)) {
    if (const Found fault = check_value(header.id, value)) return fault;
  }
  return std::nullopt;
}

bool is_single(HeaderId id) {
  return id == HeaderId::from || id == HeaderId::to || id == HeaderId::call_id ||
         id == HeaderId::cseq || id == HeaderId::max_forwards;
}

}  // namespace

std::optional<SyntaxFault> find_syntax_fault(const SipIndex& sip, std::string_view bytes) {
  const auto fault = [&](std::string_view header, const Fault& found) {
    return SyntaxFault{header, found.rule, static_cast<size_t>(found.at - bytes.data())};
  };
  if (sip.is_request) {
    const std::string_view uri = sip.request_uri;
    const size_t user = uri.rfind('@');
    const size_t headers = uri.find('?', user == npos ? 0 : user);
    if (headers != npos && uri.starts_with("sip")) {
      return fault("Request-Line",
                   {"headers in a Request-URI (RFC 3261 19.1.1)", uri.data() + headers});
    }
    if (const Found found = check_uri(uri)) return fault("Request-Line", *found);
  }
  for (size_t i = 0; i < sip.headers.size(); i++) {
    const HeaderLine& header = sip.headers[i];
    if (header.id == HeaderId::other) continue;
    const std::string_view name = header_info(header.id).name;
    if (is_single(header.id) && sip.first[static_cast<size_t>(header.id)] != i + 1) {
      return fault(name, {"stands twice (RFC 3261 7.3.1)", header.name.data()});
    }
    if (const Found found = check_header(header)) return fault(name, *found);
  }
  return std::nullopt;
}

}  // namespace sipladder
