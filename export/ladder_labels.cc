#include "export/ladder_labels.h"

#include <fmt/format.h>

#include "correlate/model/names.h"
#include "correlate/session/sdp_hop.h"
#include "decode/sdp.h"

namespace sipladder {

std::string message_label(const MessageRecord& record, const SipIndex& sip, uint32_t* tail) {
  std::string label;
  std::string notes;
  if (record.is_request()) {
    label = sip.method.empty() ? to_string(record.method) : sip.method;
  } else {
    label = fmt::format("{} {}", record.status, sip.reason);
    if (record.method != Method::invite) notes = to_string(record.method);
  }
  if (record.has_sdp) notes += notes.empty() ? "SDP" : ", SDP";
  if (notes.empty()) return label;
  *tail = static_cast<uint32_t>(notes.size() + 3);
  return label + fmt::format(" ({})", notes);
}

std::string sdp_summary(const SipIndex& sip) {
  const std::string_view body = find_sdp(sip);
  if (body.empty()) return {};
  std::string out;
  for (const SdpMedia& media : parse_sdp(body).media) {
    if (!out.empty()) out += "; ";
    out += fmt::format("{} {}:{} {} {}", media.media, media.address, media.port, media.proto,
                       to_string(media.direction));
    std::string_view separator = " ";
    for (const SdpFormat& format : media.formats) {
      const std::string name = codec_name(format);
      out += fmt::format("{}{}{}{}", separator, format.payload, name.empty() ? "" : " ", name);
      separator = ", ";
    }
  }
  return out;
}

}  // namespace sipladder
