#include "correlate/session/media_line.h"

#include <algorithm>

#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

bool lists(const SdpMedia& media, uint8_t payload_type) {
  return std::any_of(media.formats.begin(), media.formats.end(), [&](const SdpFormat& format) {
    return parse_number<uint8_t>(format.payload) == payload_type;
  });
}

// Where several media share a port, the payload type tells them apart (RFC 9143 9.2).
const SdpMedia& line_of(const Sdp& sdp, size_t named, uint8_t payload_type, bool bundled) {
  const SdpMedia& own = sdp.media[named];
  if (lists(own, payload_type)) return own;
  for (const SdpMedia& other : sdp.media) {
    const bool shared = bundled || (other.port == own.port && other.address == own.address);
    if (shared && lists(other, payload_type)) return other;
  }
  return own;
}

}  // namespace

void copy_name(std::string_view name, CodecName& to) {
  const size_t length = std::min(name.size(), sizeof to - 1);
  std::copy_n(name.begin(), length, to);
  to[length] = 0;
}

MediaLine read_media_line(std::string_view sdp_body, size_t mline, uint8_t payload_type) {
  MediaLine line;
  const Sdp sdp = parse_sdp(sdp_body);
  if (mline >= sdp.media.size()) return line;
  const bool bundled = sdp_body.find("a=group:BUNDLE") != std::string_view::npos;
  const SdpMedia& media = line_of(sdp, mline, payload_type, bundled);
  // An m=image line is fax in the place of audio, and no video.
  line.video = media.media != "audio" && media.media != "image";
  line.secure = is_srtp(media.proto);
  for (const SdpFormat& format : media.formats) {
    if (parse_number<uint8_t>(format.payload) != payload_type || format.encoding.empty()) continue;
    copy_name(format.encoding, line.codec);
    line.clock_hz = format.clock_hz;
  }
  return line;
}

}  // namespace sipladder
