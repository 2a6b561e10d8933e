// The SDP in a body, within multipart bodies too (RFC 2046 5.1, RFC 5621).
#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

std::string_view find_sdp_in(std::string_view type, std::string_view body, int depth);

std::string_view find_in_part(std::string_view part, int depth) {
  // A part is headers, an empty line and a body, like a message without start-line.
  size_t end = part.find("\r\n\r\n");
  size_t skip = 4;
  if (end == std::string_view::npos) {
    end = part.find("\n\n");
    skip = 2;
  }
  if (end == std::string_view::npos) return {};
  std::string_view headers = part.substr(0, end);
  while (!headers.empty()) {
    std::string_view line = cut(&headers, '\n');
    const std::string_view name = trim(cut(&line, ':'));
    if (header_id(name) == HeaderId::content_type)
      return find_sdp_in(trim(line), part.substr(end + skip), depth + 1);
  }
  return {};
}

std::string_view find_sdp_in(std::string_view type, std::string_view body, int depth) {
  if (starts_no_case(type, "application/sdp")) return body;
  if (!starts_no_case(type, "multipart/") || depth > 2) return {};
  const size_t semicolon = type.find(';');
  if (semicolon == std::string_view::npos) return {};
  const auto boundary = param(type.substr(semicolon + 1), "boundary");
  if (!boundary || boundary->empty()) return {};
  const std::string delimiter = "--" + std::string(*boundary);
  size_t at = body.find(delimiter);
  while (at != std::string_view::npos) {
    const size_t begin = at + delimiter.size();
    at = body.find(delimiter, begin);
    const std::string_view sdp =
        find_in_part(body.substr(begin, at == std::string_view::npos ? at : at - begin), depth);
    if (!sdp.empty()) return sdp;
  }
  return {};
}

}  // namespace

std::string_view find_sdp(const SipIndex& sip) {
  if (sip.body.empty()) return {};
  const std::string_view type = sip.value(HeaderId::content_type);
  if (type.empty()) return sip.body.starts_with("v=0") ? sip.body : std::string_view();
  return find_sdp_in(type, sip.body, 0);
}

}  // namespace sipladder
