#include <cstddef>
#include <cstdint>

#include "decode/sdp.h"
#include "decode/sip_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sipladder;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static SipIndex sip;
  frame_sip(bytes);
  if (!index_sip(bytes, &sip)) return 0;
  for (const HeaderLine& header : sip.headers) {
    parse_via(header.value);
    parse_uri(parse_name_addr(header.value).uri);
    tag_of(header.value);
    unfold(header.value);
    split_list(header.value);
  }
  parse_sdp(find_sdp(sip));
  return 0;
}
