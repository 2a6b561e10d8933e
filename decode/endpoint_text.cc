#include "decode/endpoint_text.h"

#include "decode/text.h"

namespace sipladder {

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  if (const auto ip = parse_ip(text)) return Endpoint{*ip, 0};
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const auto port = parse_number<uint16_t>(text.substr(colon + 1));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto ip = parse_ip(host);
  return ip && port ? std::optional(Endpoint{*ip, *port}) : std::nullopt;
}

}  // namespace sipladder
