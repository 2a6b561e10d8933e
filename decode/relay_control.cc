#include "decode/relay_control.h"

#include <algorithm>

#include "decode/relay_dictionary.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMaxCookie = 128;
constexpr size_t kMaxCommand = 2048;  // of rtpproxy
constexpr size_t kMaxWords = 16;

bool is_visible(char c) {
  return c > 0x20 && c < 0x7F;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}

// Up to the first space; empty: there is none.
std::string_view cookie_of(std::string_view bytes) {
  const size_t most = std::min(bytes.size(), kMaxCookie + 1);
  size_t at = 0;
  while (at < most && is_visible(bytes[at])) at++;
  return at < most && bytes[at] == ' ' ? bytes.substr(0, at) : std::string_view();
}

// Logs are dictionaries behind a word, too: only what rtpengine knows counts.
bool is_ng_command(std::string_view command) {
  static constexpr std::string_view kKnown[] = {"offer",
                                                "answer",
                                                "delete",
                                                "query",
                                                "ping",
                                                "list",
                                                "statistics",
                                                "start recording",
                                                "stop recording",
                                                "pause recording",
                                                "start forwarding",
                                                "stop forwarding",
                                                "block media",
                                                "unblock media",
                                                "silence media",
                                                "unsilence media",
                                                "block DTMF",
                                                "unblock DTMF",
                                                "play media",
                                                "stop media",
                                                "play DTMF",
                                                "publish",
                                                "subscribe request",
                                                "subscribe answer",
                                                "unsubscribe",
                                                "connect",
                                                "create",
                                                "create answer",
                                                "mesh",
                                                "transform",
                                                "trigger",
                                                "cli"};
  return std::find(std::begin(kKnown), std::end(kKnown), command) != std::end(kKnown);
}

bool is_ng_result(std::string_view result) {
  return result == "ok" || result == "pong" || result == "error" || result == "load limit";
}

RelayVerb verb_of(std::string_view command) {
  if (command == "offer") return RelayVerb::offer;
  if (command == "answer") return RelayVerb::answer;
  if (command == "delete") return RelayVerb::remove;
  return RelayVerb::other;
}

std::optional<RelayControl> parse_ng(std::string_view cookie, std::string_view body,
                                     std::string* unescaped) {
  RelayControl result;
  result.cookie = cookie;
  std::string_view command, outcome;
  const auto take = [&](std::string_view key, std::string_view value) {
    if (key == "command") command = value;
    if (key == "result") outcome = value;
    if (key == "call-id") result.call_id = value;
    if (key == "from-tag") result.from_tag = value;
    if (key == "to-tag") result.to_tag = value;
    if (key == "via-branch") result.via_branch = value;
    if (key == "warning") result.warned = true;
    if (key == "sdp") result.sdp = value;
  };
  if (read_dictionary(body, unescaped, take).step == DictionaryStep::bad) return std::nullopt;
  if (command.empty() ? !is_ng_result(outcome) : !is_ng_command(command)) return std::nullopt;
  result.verb = command.empty() ? RelayVerb::reply : verb_of(command);
  result.refused = command.empty() && outcome != "ok" && outcome != "pong";
  return result;
}

struct CommandWords {
  std::array<std::string_view, kMaxWords> all;
  size_t count = 0;
  std::string_view operator[](size_t i) const { return i < count ? all[i] : std::string_view(); }
};

// Of one line of visible text. No words: it is something else.
CommandWords command_words(std::string_view line) {
  CommandWords words;
  if (line.size() > kMaxCommand) return words;
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  for (const char c : line) {
    if (!is_visible(c) && c != ' ') return CommandWords();
  }
  while (!line.empty()) {
    const std::string_view word = cut(&line, ' ');
    if (word.empty()) continue;
    if (word == "&&") break;  // a command to a module of the relay follows
    if (words.count == kMaxWords) return CommandWords();
    words.all[words.count++] = word;
  }
  return words;
}

// Numbers with "_" between them, or hexadecimal: no word of a language, and no date.
bool is_rtpproxy_cookie(std::string_view cookie) {
  return std::any_of(cookie.begin(), cookie.end(), is_digit) &&
         std::all_of(cookie.begin(), cookie.end(),
                     [](char c) { return is_digit(c) || is_letter(c) || c == '_'; });
}

// What follows the letter of a command: flags in capitals, numbers, addresses. Three small letters
// in a row make a word.
bool are_modifiers(std::string_view modifiers) {
  size_t small = 0;
  for (const char c : modifiers) {
    small = c >= 'a' && c <= 'z' ? small + 1 : 0;
    if (small == 3 || !(is_digit(c) || is_letter(c) || c == ',' || c == '.' || c == ':'))
      return false;
  }
  return true;
}

// "tag;2" is the second m= line.
std::string_view bare_tag(std::string_view word, uint8_t* line) {
  const std::string_view tag = cut(&word, ';');
  if (const auto number = parse_number<uint8_t>(word); number && *number > 0) *line = *number - 1;
  return tag;
}

bool read_media(const CommandWords& words, RelayControl* out) {
  if (words.count < 6 || words.count > 9 || !are_modifiers(words[1].substr(1))) return false;
  const auto ip = parse_ip(words[3]);
  const auto port = parse_number<uint16_t>(words[4]);
  if (!ip || !port) return false;
  out->media = {*ip, *port};
  out->call_id = words[2];
  out->from_tag = bare_tag(words[5], &out->line);
  uint8_t ignored = 0;
  out->to_tag = bare_tag(words[6], &ignored);
  return true;
}

bool read_removal(const CommandWords& words, RelayControl* out) {
  const std::string_view modifiers = words[1].substr(1);
  const bool plain = modifiers.empty() || modifiers == "w" || modifiers == "W";
  if (!plain || words.count < 4 || words.count > 5) return false;
  out->call_id = words[2];
  out->from_tag = bare_tag(words[3], &out->line);
  out->to_tag = bare_tag(words[4], &out->line);
  return true;
}

// The commands that open no port, by what rtpproxy takes of each.
bool is_other_command(const CommandWords& words) {
  const std::string_view modifiers = words[1].substr(1);
  const size_t arguments = words.count - 2;
  switch (lower(words[1][0])) {
    case 'v':
      if (modifiers.empty()) return arguments == 0;
      return lower(modifiers[0]) == 'f' && modifiers.size() == 1 && arguments == 1 &&
             std::all_of(words[2].begin(), words[2].end(), is_digit);
    case 'i':
      return arguments == 0 && (modifiers.empty() || lower(modifiers[0]) == 'b');
    case 'x':
      return arguments == 0 && modifiers.empty();
    case 's':
    case 'n':
      return modifiers.empty() && (arguments == 2 || arguments == 3);
    case 'r':
      return modifiers.size() <= 1 && (arguments == 2 || arguments == 3);
    case 'p':
      return std::all_of(modifiers.begin(), modifiers.end(), is_digit) &&
             (arguments == 4 || arguments == 5);
    case 'c':
      return modifiers.empty() && (arguments == 3 || arguments == 4);
    case 'q':
      return modifiers.size() <= 1 && arguments >= 2;
    case 'g':
      return modifiers.empty() || (modifiers.size() == 1 && lower(modifiers[0]) == 'v');
    default:
      return false;
  }
}

std::optional<RelayControl> parse_rtpproxy(std::string_view cookie, std::string_view bytes) {
  if (!is_rtpproxy_cookie(cookie)) return std::nullopt;
  const CommandWords words = command_words(bytes);
  if (words.count < 2) return std::nullopt;
  RelayControl result;
  result.protocol = RelayProtocol::rtpproxy;
  result.cookie = cookie;
  switch (lower(words[1][0])) {
    case 'u':
      result.verb = RelayVerb::offer;
      return read_media(words, &result) ? std::optional(result) : std::nullopt;
    case 'l':
      result.verb = RelayVerb::answer;
      return read_media(words, &result) ? std::optional(result) : std::nullopt;
    case 'd':
      result.verb = RelayVerb::remove;
      return read_removal(words, &result) ? std::optional(result) : std::nullopt;
    default:
      return is_other_command(words) ? std::optional(result) : std::nullopt;
  }
}

}  // namespace

std::string_view to_string(RelayProtocol protocol) {
  return protocol == RelayProtocol::ng ? "ng" : "rtpproxy";
}

std::optional<RelayControl> parse_relay_control(std::string_view bytes, std::string* unescaped) {
  if (bytes.size() > kMaxRelayMessage) return std::nullopt;
  const std::string_view cookie = cookie_of(bytes);
  if (cookie.empty()) return std::nullopt;
  const std::string_view body = bytes.substr(cookie.size() + 1);
  if (begins_dictionary(body)) return parse_ng(cookie, body, unescaped);
  return parse_rtpproxy(cookie, bytes);
}

bool is_relay_control(std::string_view bytes) {
  return parse_relay_control(bytes, nullptr).has_value();
}

std::optional<RelayControl> parse_rtpproxy_reply(std::string_view bytes) {
  const std::string_view cookie = cookie_of(bytes);
  if (!is_rtpproxy_cookie(cookie)) return std::nullopt;
  const CommandWords words = command_words(bytes);
  if (words.count < 2) return std::nullopt;
  RelayControl result;
  result.protocol = RelayProtocol::rtpproxy;
  result.verb = RelayVerb::reply;
  result.cookie = cookie;
  result.refused = lower(words[1][0]) == 'e';
  const auto port = parse_number<uint16_t>(words[1]);
  if (port) result.media.port = *port;
  if (const auto ip = parse_ip(words[2])) result.media.ip = *ip;
  return result;
}

bool begins_ng(std::string_view bytes) {
  // Other protocols have a word there, as the CONNECT of NATS.
  const std::string_view cookie = cookie_of(bytes);
  return std::any_of(cookie.begin(), cookie.end(), is_digit) &&
         begins_dictionary(bytes.substr(cookie.size() + 1));
}

NgFrame frame_ng(std::string_view bytes) {
  const std::string_view cookie = cookie_of(bytes);
  if (cookie.empty()) {
    const bool open = bytes.size() <= kMaxCookie &&
                      std::all_of(bytes.begin(), bytes.end(), [](char c) { return is_visible(c); });
    return {0, !open};
  }
  const size_t head = cookie.size() + 1;
  const std::string_view body = bytes.substr(head, kMaxRelayMessage);
  if (body.empty()) return {};
  const DictionaryEnd end = read_dictionary(body, nullptr, [](auto, auto) {});
  if (end.step == DictionaryStep::whole) return {head + end.length, false};
  return {0, end.step == DictionaryStep::bad || bytes.size() >= kMaxRelayMessage};
}

}  // namespace sipladder
