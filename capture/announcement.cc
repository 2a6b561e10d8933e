#include "capture/announcement.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "capture/header_lines.h"
#include "capture/log_time.h"
#include "capture/mentioned_ends.h"
#include "capture/text_scanner.h"

namespace sipladder {
namespace {

constexpr size_t kMaxAnnouncement = 600;

enum class Side : uint8_t { unknown, src, dst, own, other };

// Cuts off, at the end of the text, what stands between a role and its address: of "to UDP:",
// "from: [ V4 " and "to rem=udp$" the words "to", "from" and "rem" are left.
std::string_view before_address(std::string_view text, std::optional<Transport>* transport) {
  constexpr std::string_view kBetween = " \t[({</\\:=\"'$,#*";
  while (true) {
    const size_t size = text.size();
    const size_t last = text.find_last_not_of(kBetween);
    text = text.substr(0, last == npos ? 0 : last + 1);
    // "On [0:0]192.0.2.1"
    if (text.ends_with(']') && text.rfind('[') != npos && text.size() - text.rfind('[') < 8)
      text = text.substr(0, text.rfind('['));
    size_t begin = text.size();
    while (begin > 0 && is_word_character(text[begin - 1])) begin--;
    const std::string word = lower_text(text.substr(begin));
    const auto named = parse_transport(word);
    if (named && !*transport) *transport = named;
    static constexpr std::string_view kSkipped[] = {"v4",      "v6",   "ip",   "addr", "ipv4",
                                                    "address", "host", "port", "ipv6", "sip"};
    const bool skipped =
        std::find(std::begin(kSkipped), std::end(kSkipped), word) != std::end(kSkipped);
    if (named || skipped) text = text.substr(0, begin);
    if (text.size() == size) return text;
  }
}

Side side_of(std::string_view line, Mention* mention) {
  const std::string_view text = before_address(line.substr(0, mention->begin), &mention->transport);
  for (const std::string_view arrow : {"->", ">>", "=>", "→", "⇒"}) {
    if (text.ends_with(arrow)) return Side::dst;
  }
  for (const std::string_view arrow : {"<-", "<<", "<=", "←"}) {
    if (text.ends_with(arrow)) return Side::src;
  }
  size_t begin = text.size();
  while (begin > 0 && is_word_character(text[begin - 1])) begin--;
  const std::string word = lower_text(text.substr(begin));
  static constexpr struct {
    std::string_view word;
    Side side;
  } kWords[] = {
      {"to", Side::dst},     {"dst", Side::dst},         {"dest", Side::dst},
      {"target", Side::dst}, {"destination", Side::dst}, {"from", Side::src},
      {"src", Side::src},    {"source", Side::src},      {"local", Side::own},
      {"laddr", Side::own},  {"on", Side::own},          {"remote", Side::other},
      {"rem", Side::other},  {"peer", Side::other},      {"raddr", Side::other},
      {"with", Side::other}, {"by", Side::own},
  };
  for (const auto& known : kWords) {
    if (word == known.word) return known.side;
  }
  return Side::unknown;
}

// What the words of a line say about the message.
struct Words {
  TraceHead::Way way = TraceHead::Way::unknown;
  bool of_message = false;  // it speaks of a message, a number of bytes
  bool of_sip = false;
  bool of_other = false;  // of another protocol
};

Words words_of(std::string_view line) {
  static constexpr std::string_view kSent[] = {
      "sent", "send",     "sending",      "tx",  "outgoing",    "transmit",
      "snd",  "outbound", "transmitting", "out", "transmitted", "sends"};
  static constexpr std::string_view kReceived[] = {"received", "receive",  "receiving", "recv",
                                                   "rx",       "incoming", "rcv",       "inbound",
                                                   "in",       "recvd",    "rcvd",      "read"};
  static constexpr std::string_view kMessage[] = {"message", "msg",    "request", "response",
                                                  "bytes",   "packet", "data",    "sip",
                                                  "pdu",     "udp",    "tcp",     "tls"};
  static constexpr std::string_view kSip[] = {"sip", "invite", "register", "request", "response"};
  static constexpr std::string_view kOther[] = {"rtp", "rtcp",  "stun", "turn", "ice",  "media",
                                                "dns", "audio", "srtp", "http", "dtls", "sdp"};
  const auto is_in = [](const auto& list, std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
  };
  Words result;
  for (size_t at = 0; at < line.size();) {
    size_t end = at;
    while (end < line.size() && std::isalpha(static_cast<unsigned char>(line[end]))) end++;
    const std::string word = lower_text(line.substr(at, end - at));
    if (is_in(kMessage, word)) result.of_message = true;
    if (is_in(kSip, word)) result.of_sip = true;
    if (is_in(kOther, word)) result.of_other = true;
    if (result.way == TraceHead::Way::unknown && is_in(kSent, word))
      result.way = TraceHead::Way::sent;
    if (result.way == TraceHead::Way::unknown && is_in(kReceived, word))
      result.way = TraceHead::Way::received;
    at = end + 1;
  }
  return result;
}

// "543 bytes", "[234] bytes", "size: [543]".
size_t bytes_in(std::string_view line) {
  const size_t at = line.find("byte");
  if (at == npos) return 0;
  const std::string_view before = trim_text(line.substr(0, at), " []()");
  size_t begin = before.size();
  while (begin > 0 && Scanner::is_digit(before[begin - 1])) begin--;
  size_t bytes = 0;
  Scanner(before.substr(begin)).number(&bytes);
  return bytes;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != npos; });
}

// Where an arrow between two addresses points: 1 to the second one, -1 to the first one, 0: no
// arrow.
int arrow_in(std::string_view between) {
  const std::string_view text = trim_text(between);
  if (text == ">" || text == ">>" || text == "-" || is_one_of(text, {"->", "=>", "→", "⇒", "&gt;"}))
    return 1;
  return text == "<" || text == "<<" || is_one_of(text, {"<-", "<=", "←"}) ? -1 : 0;
}

void put_sides(std::string_view line, std::vector<Mention>& mentions, TraceHead* head) {
  for (Mention& mention : mentions) {
    const Side side = side_of(line, &mention);
    if (mention.transport && !head->transport) head->transport = mention.transport;
    RawEndpoint* place = side == Side::src     ? &head->src
                         : side == Side::dst   ? &head->dst
                         : side == Side::own   ? &head->own
                         : side == Side::other ? &head->other
                                               : nullptr;
    if (place != nullptr && !place->known) *place = mention.address;
  }
  if (mentions.size() < 2) return;
  const size_t from = mentions[0].end;
  const size_t length = mentions[1].begin - from;
  const int arrow = length <= 60 ? arrow_in(line.substr(from, length)) : 0;
  if (arrow == 0) return;
  head->src = mentions[arrow > 0 ? 0 : 1].address;
  head->dst = mentions[arrow > 0 ? 1 : 0].address;
}

bool may_stand_alone(std::string_view line) {
  const std::string_view text = trim_text(line);
  return text.ends_with(':') || text.ends_with(">>>") || text.ends_with("<<<");
}

bool announces_alone(std::string_view line, const Words& words) {
  const std::string_view text = trim_text(line);
  if (words.way == TraceHead::Way::unknown || text.empty() || text.size() > 160) return false;
  const bool colon = text.ends_with(':');
  // "Sent:", "Received:"
  if (colon && text.find(' ') == npos) return true;
  return words.of_message && (colon || text.ends_with(">>>") || text.ends_with("<<<"));
}

}  // namespace

TraceHead::Way way_in(std::string_view text) {
  return words_of(text).way;
}

std::optional<TraceHead> parse_announcement(std::string_view line) {
  if (line.size() > kMaxAnnouncement || line.size() < 4) return std::nullopt;
  const bool sdp = line[1] == '=' && line[0] >= 'a' && line[0] <= 'z';
  if (sdp || is_known_header(line)) return std::nullopt;
  const size_t start = find_start_line(line, true);
  if (start != npos) line = line.substr(0, start);
  std::vector<Mention> mentions = mentions_in(line);
  if (mentions.size() < 2) named_ends(line, &mentions);
  if (mentions.empty() && !may_stand_alone(line)) return std::nullopt;
  const Words words = words_of(line);
  TraceHead head;
  head.way = words.way;
  put_sides(line, mentions, &head);
  complete_sides(&head);
  const bool both = head.src.known && head.dst.known;
  const bool told = head.has_ends() && (words.of_message || words.way != TraceHead::Way::unknown);
  if (!both && !told && !announces_alone(line, words)) return std::nullopt;
  for (RawEndpoint* end : {&head.src, &head.dst}) {
    if (end->known && end->port == 0) end->port = head.transport == Transport::tls ? 5061 : 5060;
  }
  if (!words.of_sip && words.of_other) return std::nullopt;
  head.guessed = true;
  head.bytes = bytes_in(line);
  head.time = find_log_time(line);
  return head;
}

}  // namespace sipladder
