#include "capture/message_hops.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "capture/text_scanner.h"

namespace sipladder {
namespace {

constexpr size_t kVias = 2;

std::string_view trim_all(std::string_view text) {
  return trim_text(text, " \t\r\n");
}

// "host", "host:port", "[2001:db8::1]:port".
RawEndpoint end_of(std::string_view text, uint16_t default_port) {
  text = trim_all(text);
  RawEndpoint end;
  const size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == npos) return {};
  const size_t colon = text.find(':', bracket);
  const std::string_view host = trim_all(text.substr(0, colon));
  // "<sip:1503708" of a URI that the paste broke over two lines: a number, and no host.
  if (host.find_first_not_of("+0123456789") == npos) return {};
  if (!parse_raw_ip(host, &end) && !name_raw_host(host, &end)) return {};
  end.port = default_port;
  if (colon != npos) {
    const std::string_view port = trim_all(text.substr(colon + 1));
    uint16_t number = 0;
    const auto result = std::from_chars(port.data(), port.data() + port.size(), number);
    if (result.ec == std::errc()) end.port = number;
  }
  return end;
}

// Host and port of "Alice <sip:alice@host:port;transport=tcp>;tag=1", or of a URI alone.
RawEndpoint end_of_uri(std::string_view text) {
  const size_t open = text.find('<');
  if (open != npos) text = text.substr(open + 1, text.find('>', open) - open - 1);
  text = trim_all(text);
  const size_t scheme = text.find(':');
  if (scheme == npos ||
      !(same_word(text.substr(0, scheme), "sip") || same_word(text.substr(0, scheme), "sips")))
    return {};
  const bool secure = scheme == 4;
  text = text.substr(scheme + 1);
  const size_t at = text.substr(0, text.find_first_of("?")).rfind('@');
  if (at != npos) text = text.substr(at + 1);
  return end_of(text.substr(0, text.find_first_of(";?> \t")), secure ? 5061 : 5060);
}

std::string_view via_param(std::string_view params, std::string_view name) {
  while (!params.empty()) {
    const size_t end = std::min(params.find(';'), params.size());
    const std::string_view item = trim_all(params.substr(0, end));
    params.remove_prefix(std::min(end + 1, params.size()));
    const size_t equals = item.find('=');
    if (equals != npos && same_word(trim_all(item.substr(0, equals)), name))
      return trim_all(item.substr(equals + 1));
  }
  return {};
}

// "SIP/2.0/UDP host:port;branch=...;received=...;rport=..."
MessageHops::Via via_of(std::string_view text) {
  MessageHops::Via via;
  const size_t semicolon = std::min(text.find(';'), text.size());
  const std::string_view params = text.substr(semicolon);
  std::string_view protocol = trim_all(text.substr(0, semicolon));
  const size_t gap = protocol.find_last_of(" \t\r\n");
  if (gap == npos) return via;
  const std::string_view host = protocol.substr(gap + 1);
  protocol = trim_all(protocol.substr(0, gap));
  const bool secure = protocol.size() > 3 && same_word(protocol.substr(protocol.size() - 3), "TLS");
  via.sent_by = end_of(host, secure ? 5061 : 5060);
  RawEndpoint seen = via.sent_by;
  const std::string_view received = via_param(params, "received");
  const bool has_received = !received.empty() && parse_raw_ip(received, &seen);
  const std::string_view rport = via_param(params, "rport");
  const auto port = std::from_chars(rport.data(), rport.data() + rport.size(), seen.port);
  if (has_received || (!rport.empty() && port.ec == std::errc())) via.seen = seen;
  via.key = std::string(via_param(params, "branch"));
  if (!via.key.empty()) via.key += " " + std::string(host);
  return via;
}

// Where the first value ends: at the first comma outside of quotes and angle brackets.
size_t end_of_value(std::string_view text) {
  bool quoted = false, bracket = false;
  for (size_t at = 0; at < text.size(); at++) {
    if (text[at] == '"') quoted = !quoted;
    if (!quoted && text[at] == '<') bracket = true;
    if (!quoted && text[at] == '>') bracket = false;
    if (!quoted && !bracket && text[at] == ',') return at;
  }
  return text.size();
}

void add_vias(std::string_view value, MessageHops* hops) {
  while (!value.empty() && hops->vias.size() < kVias) {
    const size_t end = end_of_value(value);
    hops->vias.push_back(via_of(value.substr(0, end)));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
}

}  // namespace

MessageHops hops_of(std::string_view message) {
  MessageHops hops;
  const size_t first = std::min(message.find("\r\n"), message.size());
  const std::string_view start = message.substr(0, first);
  hops.is_request = !start.starts_with("SIP/");
  const size_t uri = start.find(' ');
  if (hops.is_request && uri != npos)
    hops.uri = end_of_uri(start.substr(uri + 1, start.rfind(' ') - uri - 1));
  if (!hops.is_request && uri != npos)
    std::from_chars(start.data() + uri + 1, start.data() + start.size(), hops.status);
  std::string_view call_id, cseq;
  for (size_t at = first + 2; at < message.size();) {
    size_t end = std::min(message.find("\r\n", at), message.size());
    if (end == at) break;
    // A folded header field goes on in the next line (RFC 3261 section 7.3.1).
    while (end + 2 < message.size() && (message[end + 2] == ' ' || message[end + 2] == '\t'))
      end = std::min(message.find("\r\n", end + 2), message.size());
    const std::string_view line = message.substr(at, end - at);
    at = end + 2;
    const size_t colon = line.find(':');
    if (colon == npos) continue;
    const std::string_view name = trim_all(line.substr(0, colon));
    const std::string_view value = trim_all(line.substr(colon + 1));
    const auto is = [&](std::string_view one) { return same_word(name, one); };
    if (is("via") || is("v")) add_vias(value, &hops);
    if (is("route") && !hops.route.known) hops.route = end_of_uri(value);
    if ((is("contact") || is("m")) && !hops.contact.known) hops.contact = end_of_uri(value);
    if (is("record-route")) hops.record_routed = true;
    if (is("call-id") || is("i")) call_id = value;
    if (is("cseq")) cseq = value.substr(0, value.find_first_of(" \t"));
    if (is("cseq")) hops.invites = value.ends_with("INVITE");
  }
  // RFC 2543 has no branch: Call-ID, CSeq and sent-by make the key (RFC 3261 section 17.2.3). Some
  // stacks use the branch of another request once more: the number of CSeq tells them apart.
  for (MessageHops::Via& via : hops.vias) {
    if (via.key.empty() && via.sent_by.known)
      via.key = std::string(call_id) + " " +
                std::string(via.sent_by.bytes.begin(), via.sent_by.bytes.end());
    if (!via.key.empty()) via.key += " " + std::string(cseq);
  }
  return hops;
}

}  // namespace sipladder
