#include "export/redact/relay_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "export/redact/text_parts.h"

namespace sipladder {
namespace {

std::string json_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (c == '"' || c == '\\') {
      result += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      result += c;
    }
  }
  return result;
}

std::string_view name_of(RelayVerb verb) {
  switch (verb) {
    case RelayVerb::offer:
      return "offer";
    case RelayVerb::answer:
      return "answer";
    case RelayVerb::remove:
      return "delete";
    default:
      return "ping";
  }
}

}  // namespace

bool RelayText::message(Text text) {
  std::string unescaped;
  const auto control = parse_relay_control(view(text), &unescaped);
  if (!control) return false;
  const bool json = text[control->cookie.size() + 1] == '{';
  const bool ng_message = control->protocol == RelayProtocol::ng;
  std::string result = word(control->cookie, Keep::nothing) + " ";
  result += ng_message ? ng(*control, json) : rtpproxy(*control);
  if (replacer_.is_learning()) return true;
  if (result.size() > text.size() || !is_relay_control(result)) return false;
  result.resize(text.size(), ' ');
  std::copy(result.begin(), result.end(), text.begin());
  return true;
}

std::string RelayText::word(std::string_view text, Keep keep) {
  std::string result(text);
  replacer_.text(result, keep);
  return result;
}

std::string RelayText::ng(const RelayControl& control, bool json) {
  std::string result = json ? "{" : "d";
  const auto add = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    const std::string_view comma = result.size() > 1 ? "," : "";
    result += json ? fmt::format("{}\"{}\":\"{}\"", comma, key, json_escaped(value))
                   : fmt::format("{}:{}{}:{}", key.size(), key, value.size(), value);
  };
  std::string sdp(control.sdp);
  sdp_.body(sdp);
  add("sdp", sdp);
  add("call-id", word(control.call_id, Keep::nothing));
  add("from-tag", word(control.from_tag, Keep::nothing));
  add("to-tag", word(control.to_tag, Keep::nothing));
  if (control.verb == RelayVerb::reply) {
    add("result", control.refused ? "error" : "ok");
  } else {
    add("command", name_of(control.verb));
  }
  return result + (json ? "}" : "e");
}

// The letter of another command says as much as that of I, which needs no words.
std::string RelayText::rtpproxy(const RelayControl& control) {
  const std::string call_id = word(control.call_id, Keep::nothing);
  const auto tag = [&](std::string_view text) {
    if (text.empty()) return std::string();
    const std::string line = control.line == 0 ? "" : fmt::format(";{}", control.line + 1);
    return " " + word(text, Keep::nothing) + line;
  };
  const std::string tags = tag(control.from_tag) + tag(control.to_tag);
  switch (control.verb) {
    case RelayVerb::offer:
    case RelayVerb::answer:
      return fmt::format("{} {} {} {}{}", control.verb == RelayVerb::offer ? 'U' : 'L', call_id,
                         word(to_string(control.media.ip), Keep::nothing), control.media.port,
                         tags);
    case RelayVerb::remove:
      return fmt::format("D {}{}", call_id, tags);
    default:
      return "I";
  }
}

}  // namespace sipladder
