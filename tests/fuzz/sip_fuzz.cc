#include <cstdint>

#include "decode/sdp.h"
#include "decode/sip_message.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {
namespace {

// index_routing() must find the same Via and Record-Route headers as index_sip().
std::string compare_routing(std::string_view bytes, const SipIndex& whole) {
  SipIndex routing;
  if (!index_routing(bytes, &routing)) return "index_routing() takes no start line";
  if (whole.headers.size() >= kMaxHeaders) return {};  // index_sip() has stopped early
  for (const HeaderId id : {HeaderId::via, HeaderId::record_route}) {
    const auto all = header_values(whole, id), found = header_values(routing, id);
    if (all.size() != found.size()) return "index_routing() finds another number of values";
    for (size_t i = 0; i < all.size(); i++)
      if (all[i].data() != found[i].data() || all[i].size() != found[i].size())
        return "index_routing() finds another value";
  }
  return {};
}

}  // namespace

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
  return compare_routing(bytes, sip);
}

}  // namespace sipladder::fuzz
