// What an m= line says of one payload type (RFC 8866 5.14, RFC 9143).
//
// A value. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sipladder {

// Ends with a 0 byte; longer names are cut. Empty: unknown.
using CodecName = char[16];
void copy_name(std::string_view name, CodecName& to);

struct MediaLine {
  CodecName codec = {};   // empty: the line does not name the type
  uint32_t clock_hz = 0;  // 0: it does not name the type
  bool video = false;
  bool secure = false;  // SRTP
};

// `mline`: the index of the m= line that names the port. Where several lines share it, the payload
// type tells which of them it is (RFC 9143 9.2).
MediaLine read_media_line(std::string_view sdp_body, size_t mline, uint8_t payload_type);

}  // namespace sipladder
