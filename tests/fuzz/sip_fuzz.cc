#include <cstdint>

#include "decode/sdp.h"
#include "decode/sip_message.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

std::string sip(std::string_view input) {
  const std::string_view bytes = input;
  static SipIndex sip;
  frame_sip(bytes);
  if (!index_sip(bytes, &sip)) return {};
  for (const HeaderLine& header : sip.headers) {
    parse_via(header.value);
    parse_uri(parse_name_addr(header.value).uri);
    tag_of(header.value);
    unfold(header.value);
    split_list(header.value);
  }
  parse_sdp(find_sdp(sip));
  return {};
}

}  // namespace sipladder::fuzz
