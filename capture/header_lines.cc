#include "capture/header_lines.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "capture/text_scanner.h"

namespace sipladder {

bool is_header_line(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == npos || colon == 0) return false;
  const std::string_view name = trim_text(line.substr(0, colon));
  return !name.empty() && line[0] != ' ' && line[0] != '\t' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_word_character(c) || c == '-' || c == '_' || c == '.' || c == '!' ||
                  c == '%' || c == '*' || c == '+' || c == '`' || c == '\'' || c == '~';
         });
}

bool is_known_header(std::string_view line) {
  static constexpr std::string_view kNames[] = {"via",
                                                "from",
                                                "to",
                                                "call-id",
                                                "cseq",
                                                "contact",
                                                "max-forwards",
                                                "content-length",
                                                "content-type",
                                                "content-disposition",
                                                "route",
                                                "record-route",
                                                "allow",
                                                "supported",
                                                "user-agent",
                                                "server",
                                                "expires",
                                                "event",
                                                "subscription-state",
                                                "require",
                                                "accept",
                                                "authorization",
                                                "proxy-authorization",
                                                "www-authenticate",
                                                "proxy-authenticate",
                                                "allow-events",
                                                "session-expires",
                                                "min-se",
                                                "date",
                                                "warning",
                                                "reason",
                                                "refer-to",
                                                "referred-by",
                                                "replaces",
                                                "p-asserted-identity",
                                                "p-preferred-identity",
                                                "privacy",
                                                "remote-party-id",
                                                "diversion",
                                                "history-info",
                                                "path",
                                                "service-route",
                                                "organization",
                                                "subject",
                                                "timestamp",
                                                "unsupported",
                                                "retry-after",
                                                "rack",
                                                "rseq",
                                                "mime-version",
                                                "identity",
                                                "alert-info",
                                                "call-info",
                                                "priority",
                                                "in-reply-to",
                                                "error-info",
                                                "min-expires",
                                                "accept-encoding",
                                                "accept-language",
                                                "content-encoding",
                                                "content-language",
                                                "hide",
                                                "encryption",
                                                "authentication-info",
                                                "proxy-require",
                                                "security-client",
                                                "session-id",
                                                "p-charging-vector",
                                                "p-access-network-info",
                                                "v",
                                                "f",
                                                "t",
                                                "i",
                                                "m",
                                                "l",
                                                "c",
                                                "s",
                                                "k",
                                                "e",
                                                "o",
                                                "r",
                                                "u",
                                                "x",
                                                "b",
                                                "y",
                                                "a",
                                                "d",
                                                "j"};
  if (!is_header_line(line)) return false;
  const std::string name = lower_text(trim_text(line.substr(0, line.find(':'))));
  const bool extension = name.starts_with("x-") || name.starts_with("p-");
  return extension || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace sipladder
