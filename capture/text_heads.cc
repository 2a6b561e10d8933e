// The heads that sofia-sip, Asterisk (chan_sip and res_pjsip), ngrep, tcpdump and sngrep print.
#include "capture/text_heads.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "capture/announcement.h"
#include "capture/text_scanner.h"

namespace sipladder {
namespace {

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The time before a line of tcpdump, whichever of its -t options was given.
bool scan_tcpdump_time(Scanner* in, LogTime* time) {
  if (scan_epoch(in, time)) return true;
  // Times relative to another packet (-ttt, -ttttt) begin with a space.
  const bool relative = in->rest().starts_with(' ');
  in->skip_spaces();
  if (!scan_time(in, time)) return false;
  if (relative && time->day == 0) time->kind = LogTime::Kind::relative;
  return true;
}

// The host before the last separator, when a port stands behind it: out->port is set.
std::optional<std::string_view> cut_port(std::string_view text, char separator, RawEndpoint* out) {
  const size_t at = text.rfind(separator);
  if (at == npos || at + 1 >= text.size()) return std::nullopt;
  const std::string_view port = text.substr(at + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out->port);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  return text.substr(0, at);
}

// "192.0.2.1:5060", "[2001:db8::1]:5060"; with the separator '.', "192.0.2.1.5060" as tcpdump
// writes it.
bool parse_endpoint(std::string_view text, char separator, RawEndpoint* out) {
  const auto host = cut_port(text, separator, out);
  return host && parse_raw_ip(*host, out);
}

// An end in a head whose form says that one stands there. Its host may be a name, or an address of
// which somebody has hidden digits: "x.x.x.50:5060", "[198.BBB.BBB.7]:5060", "198.*.*.7:5060".
bool parse_any_endpoint(std::string_view text, RawEndpoint* out) {
  if (parse_endpoint(text, ':', out)) return true;
  *out = {};
  const auto shown = cut_port(text, ':', out);
  if (!shown) return false;
  const uint16_t port = out->port;
  std::string host(trim_text(*shown, "[]<>"));
  std::replace(host.begin(), host.end(), '*', 'x');
  if (!name_raw_host(host, out)) return false;
  out->port = port;
  return true;
}

bool parse_dotted_endpoint(std::string_view text, RawEndpoint* out) {
  return parse_endpoint(text, '.', out);
}

// An endpoint as tcpdump without -n writes it: a name for the port, and perhaps one for the host.
bool parse_named_endpoint(std::string_view text, RawEndpoint* out) {
  const size_t at = text.rfind('.');
  if (at == npos || at == 0 || at + 1 == text.size()) return false;
  const std::string_view host = text.substr(0, at);
  const std::string_view service = text.substr(at + 1);
  if (text.find_first_of("/()[]<>@=;,\"") != npos) return false;
  RawEndpoint end;
  if (!parse_raw_ip(host, &end) && !name_raw_host(host, &end)) return false;
  const auto [behind, error] =
      std::from_chars(service.data(), service.data() + service.size(), end.port);
  const bool number = error == std::errc() && behind == service.data() + service.size();
  if (!number) end.port = service == "sip" ? 5060 : service.starts_with("sip") ? 5061 : 0;
  *out = end;
  return true;
}

void strip(std::string_view* text, std::string_view ending) {
  if (text->ends_with(ending)) text->remove_suffix(ending.size());
}

// "recv 812 bytes from udp/[192.0.2.1]:5060 at 12:34:56.123456:"
std::optional<TraceHead> parse_sofia(std::string_view line) {
  const size_t begin = std::min(line.find("recv "), line.find("send "));
  if (begin == npos || line.find(" bytes ") == npos) return std::nullopt;
  Scanner scan(line.substr(begin));
  TraceHead head;
  const bool received = scan.skip("recv ");
  head.way = received ? TraceHead::Way::received : TraceHead::Way::sent;
  if (!received) scan.skip("send ");
  if (!scan.number(&head.bytes) || !scan.skip(received ? " bytes from " : " bytes to ")) {
    return std::nullopt;
  }
  std::string_view peer = scan.word();
  head.transport = parse_transport(peer.substr(0, peer.find('/')));
  peer.remove_prefix(std::min(peer.find('/') + 1, peer.size()));
  RawEndpoint& end = received ? head.src : head.dst;
  if (!parse_any_endpoint(peer, &end)) return std::nullopt;
  scan.skip_spaces();
  LogTime time;
  if (scan.skip("at ") && scan_time(&scan, &time)) head.time = time;
  return head;
}

// "<--- SIP read from UDP:192.0.2.1:5060 --->", "Reliably Transmitting (NAT) to 192.0.2.1:5060:",
// "<--- Received SIP request (512 bytes) from UDP:192.0.2.1:5060 --->"
std::optional<TraceHead> parse_asterisk(std::string_view line) {
  static constexpr struct {
    std::string_view text;
    bool received;
  } kBeginnings[] = {
      {"<--- SIP read from ", true},     {"<--- Received SIP ", true},
      {"<--- Transmitting SIP ", false}, {"Transmitting (", false},
      {"Retransmitting #", false},
  };
  for (const auto& beginning : kBeginnings) {
    const size_t at = line.find(beginning.text);
    if (at == npos) continue;
    std::string_view rest = line.substr(at + beginning.text.size());
    TraceHead head;
    head.way = beginning.received ? TraceHead::Way::received : TraceHead::Way::sent;
    const size_t open = rest.find('(');
    if (open != npos && rest.find(" bytes)") != npos)
      Scanner(rest.substr(open + 1)).number(&head.bytes);
    const size_t to = rest.rfind(beginning.received ? "from " : "to ");
    if (to != npos) rest.remove_prefix(to + (beginning.received ? 5 : 3));
    std::string_view peer = Scanner(rest).word();
    strip(&peer, ":");
    // The transport can stand in front: "UDP:".
    const size_t colon = peer.find(':');
    const bool named = colon != npos && colon <= 4 && peer[0] >= 'A' && peer[0] <= 'Z';
    if (named) head.transport = parse_transport(peer.substr(0, colon));
    if (named) peer.remove_prefix(colon + 1);
    if (parse_any_endpoint(peer, beginning.received ? &head.src : &head.dst)) return head;
  }
  return std::nullopt;
}

// "1.2.3.4:5060 -> 5.6.7.8:5060", as the heads of ngrep and sngrep end.
bool parse_arrow(Scanner scan, TraceHead* head) {
  const std::string_view src = scan.word();
  scan.skip_spaces();
  if (!scan.skip("->")) return false;
  const std::string_view dst = scan.word();
  // A line of sngrep begins with a time only, as many do: names prove no head there.
  if (!head->dots)
    return parse_endpoint(src, ':', &head->src) && parse_endpoint(dst, ':', &head->dst);
  return parse_any_endpoint(src, &head->src) && parse_any_endpoint(dst, &head->dst);
}

// "+0.050000" (ngrep -T).
bool scan_difference(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  if (!scan.skip("+") || !scan_epoch(&scan, time)) return false;
  time->kind = LogTime::Kind::relative;
  *in = scan;
  return true;
}

// "U 2024/01/02 03:04:05.123456 1.2.3.4:5060 -> 5.6.7.8:5060"; sngrep writes it without the letter.
std::optional<TraceHead> parse_ngrep(std::string_view line) {
  if (line.find(" -> ") == npos) return std::nullopt;
  while (line.starts_with('#')) line.remove_prefix(1);
  Scanner scan(line);
  TraceHead head;
  if (scan.skip("U ")) head.transport = Transport::udp;
  if (scan.skip("T ")) head.transport = Transport::tcp;
  head.dots = head.blank_ends = head.transport.has_value();
  LogTime time;
  if (scan_time(&scan, &time) || (head.dots && scan_difference(&scan, &time))) head.time = time;
  if (!head.dots && !head.time) return std::nullopt;
  if (!parse_arrow(scan, &head)) return std::nullopt;
  return head;
}

// Whether tcpdump says that the packet is IP. Names may then stand in the place of addresses.
bool says_ip(std::string_view line) {
  const std::string_view before = line.substr(0, line.find(" > "));
  for (const std::string_view word : {"IP ", "IP6 "}) {
    const size_t at = before.find(word);
    if (at == 0 || (at != npos && before[at - 1] == ' ')) return true;
  }
  return line.find(", ethertype IPv") != npos;
}

// "... Flags [P.], seq 1:395, ack 1, win 65000, length 394: SIP: ..."
void note_segment(std::string_view line, TraceHead* head) {
  constexpr std::string_view kLength = ", length ";
  const size_t flags = line.find(": Flags [");
  if (flags == npos) return;
  head->transport = Transport::tcp;
  const size_t sequence = line.find(", seq ", flags);
  if (sequence != npos) Scanner(line.substr(sequence + 6)).number(&head->sequence);
  const size_t at = line.find(kLength, flags);
  if (at != npos) Scanner(line.substr(at + kLength.size())).number(&head->segment);
}

// "16:15:09.171545 IP 10.211.55.2.56752 > 10.211.55.6.5060: SIP: ...", with or without time,
// number, device and Ethernet addresses before; with -v the addresses stand on a line of their own,
// which begins with spaces.
std::optional<TraceHead> parse_tcpdump(std::string_view line) {
  if (line.find(" > ") == npos) return std::nullopt;
  TraceHead head;
  head.after_bytes = true;
  LogTime time;
  Scanner scan(line);
  if (scan_tcpdump_time(&scan, &time)) head.time = time;
  // With -#, the number of the packet stands first.
  uint32_t number = 0;
  scan = Scanner(line);
  scan.skip_spaces();
  if (!head.time && scan.number(&number) && scan.skip("  ") && scan_tcpdump_time(&scan, &time))
    head.time = time;
  const bool named = says_ip(line) || (line.starts_with("    ") && !head.time);
  if (!head.time && !named) return std::nullopt;
  // With -e the first arrow is between Ethernet addresses.
  for (size_t arrow = line.find(" > "); arrow != npos; arrow = line.find(" > ", arrow + 1)) {
    const std::string_view before = line.substr(0, arrow);
    const std::string_view src = before.substr(before.rfind(' ') + 1);
    std::string_view dst = Scanner(line.substr(arrow + 3)).word();
    if (!dst.ends_with(':')) continue;
    strip(&dst, ":");
    const auto parse = named ? parse_named_endpoint : parse_dotted_endpoint;
    if (!parse(src, &head.src) || !parse(dst, &head.dst)) continue;
    note_segment(line.substr(arrow), &head);
    return head;
  }
  return std::nullopt;
}

bool is_method_character(char c) {
  return (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

// Any word may be a method; behind other bytes only a known one can be told from them.
size_t method_at(std::string_view word, bool anywhere) {
  if (!anywhere) {
    return !word.empty() && std::all_of(word.begin(), word.end(), is_method_character) ? 0 : npos;
  }
  static constexpr std::string_view kMethods[] = {
      "INVITE", "ACK",  "BYE",       "CANCEL", "OPTIONS", "REGISTER", "PRACK",
      "UPDATE", "INFO", "SUBSCRIBE", "NOTIFY", "REFER",   "MESSAGE",  "PUBLISH"};
  for (const std::string_view method : kMethods) {
    if (word.ends_with(method)) return word.size() - method.size();
  }
  return npos;
}

}  // namespace

std::optional<TraceHead> parse_trace_head(std::string_view line) {
  static constexpr std::array kParsers = {parse_sofia, parse_asterisk, parse_ngrep, parse_tcpdump,
                                          parse_announcement};
  for (const auto& parse : kParsers) {
    if (auto head = parse(line)) return head;
  }
  return std::nullopt;
}

std::optional<Transport> parse_transport(std::string_view name) {
  static constexpr std::pair<std::string_view, Transport> kNames[] = {
      {"udp", Transport::udp}, {"tcp", Transport::tcp}, {"tls", Transport::tls},
      {"ws", Transport::ws},   {"wss", Transport::wss}, {"sctp", Transport::sctp}};
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (const auto& [text, transport] : kNames) {
    if (lower == text) return transport;
  }
  return std::nullopt;
}

size_t shown_headers(std::string_view shown) {
  if (shown.empty()) return 0;
  const size_t ip = shown[0] == '`' ? 40 : 20;  // version 6 or 4, without options
  const size_t offset_at = ip + 12;
  if (shown.size() <= offset_at) return 0;
  // The data offset of TCP, in words of 4 bytes, is in the upper half of this byte (RFC 9293
  // section 3.1). 5, 6 and 7 show as 'P', '`' and 'p'. A larger offset is not printable; it is
  // nearly always 8, for time stamps.
  const char offset = shown[offset_at];
  return ip + (offset == 'P' ? 20U : offset == '`' ? 24U : offset == 'p' ? 28U : 32U);
}

size_t find_start_line(std::string_view line, bool anywhere) {
  constexpr std::string_view kVersion = "SIP/2.0";
  const size_t version = anywhere ? line.rfind(kVersion) : line.find(kVersion);
  if (version == npos) return npos;
  const std::string_view after = line.substr(version + kVersion.size());
  const bool status = after.size() >= 4 && after[0] == ' ' && is_digits(after.substr(1, 3));
  if (status) return anywhere || version == 0 ? version : npos;
  const size_t more = after.find_first_not_of(" \t");
  if (more != npos && after.substr(more) != ".") return npos;
  if (version == 0 || line[version - 1] != ' ') return npos;
  const std::string_view before = line.substr(0, version - 1);
  const size_t space = before.rfind(' ');
  if (space == npos || space + 1 == before.size()) return npos;
  const std::string_view words = before.substr(0, space);
  const size_t word = anywhere ? words.rfind(' ') + 1 : 0;
  const size_t method = method_at(words.substr(word), anywhere);
  return method == npos ? npos : word + method;
}

}  // namespace sipladder
