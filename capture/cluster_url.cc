#include "capture/cluster_url.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

namespace sipladder {
namespace {

constexpr std::string_view kScheme = "clickhouse://";
constexpr std::string_view kForm = ": write clickhouse://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE";

std::string unescaped(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

// The user's part; what follows the last "@" stays, which no host and no database has: of a
// password that should have been escaped nothing is left to be shown.
std::string_view take_user(std::string_view* rest) {
  const size_t at = rest->rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view user = rest->substr(0, at);
  rest->remove_prefix(at + 1);
  return user;
}

bool take_host(std::string_view text, HttpServer* server) {
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    server->host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    server->host = text.substr(0, text.find(':'));
    port = text.substr(server->host.size());
  }
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
  };
  if (server->host.empty() || !std::all_of(server->host.begin(), server->host.end(), allowed))
    return false;
  if (port.empty()) return true;
  const char* const end = port.data() + port.size();
  const auto read = std::from_chars(port.data() + 1, end, server->port);
  return port.front() == ':' && read.ec == std::errc() && read.ptr == end && server->port != 0;
}

}  // namespace

bool is_cluster_url(std::string_view text) {
  return text.starts_with(kScheme);
}

std::string parse_cluster_url(std::string_view text, ClusterUrl* url) {
  const std::string wrong = shown_url(text) + std::string(kForm);
  if (!is_cluster_url(text)) return wrong;
  *url = {};
  std::string_view rest = text.substr(kScheme.size());
  const std::string_view user = take_user(&rest);
  url->server.user = unescaped(user.substr(0, user.find(':')));
  if (const size_t colon = user.find(':'); colon != std::string_view::npos) {
    url->server.password = unescaped(user.substr(colon + 1));
  } else if (const char* const known = std::getenv("CLICKHOUSE_PASSWORD")) {
    url->server.password = known;
  }
  if (const size_t query = rest.find('?'); query != std::string_view::npos) {
    if (rest.substr(query) != "?secure") return wrong + "[?secure]";
    url->server.secure = true;
    rest = rest.substr(0, query);
  }
  url->server.port = url->server.secure ? 8443 : 8123;
  const size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return wrong;
  url->database = rest.substr(slash + 1);
  const bool plain = std::all_of(url->database.begin(), url->database.end(),
                                 [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  // Header fields end with a line.
  const bool lines =
      (url->server.user + url->server.password).find_first_of("\r\n") != std::string::npos;
  if (!take_host(rest.substr(0, slash), &url->server) || url->database.empty() || !plain || lines)
    return wrong;
  return {};
}

std::string shown_url(std::string_view text) {
  if (!is_cluster_url(text)) return std::string(text);
  std::string_view rest = text.substr(kScheme.size());
  const std::string_view user = take_user(&rest);
  std::string shown(kScheme);
  if (!user.empty()) shown.append(user.substr(0, user.find(':'))).append("@");
  return shown.append(rest);
}

}  // namespace sipladder
