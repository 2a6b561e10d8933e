#include "correlate/findings/shared/refusal.h"

#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {

std::string short_text(std::string_view value) {
  constexpr size_t kLongest = 80;
  const std::string line = unfold(value);
  return line.size() <= kLongest ? line : line.substr(0, kLongest) + "...";
}

OfferedMedia offered_media(const SipIndex& request) {
  constexpr size_t kMostFormats = 8;
  OfferedMedia offered;
  const std::string_view body = find_sdp(request);
  if (body.empty()) return offered;
  offered.present = true;
  for (const SdpMedia& line : parse_sdp(body).media) {
    const bool open = line.port != 0 && line.direction != SdpDirection::inactive;
    if (line.media == "audio" && open && !line.formats.empty()) offered.audio = true;
    offered.text += offered.text.empty() ? "" : "; ";
    offered.text += std::string(line.media) + " " + std::string(line.proto);
    if (line.port == 0) offered.text += " with port 0";
    if (line.port != 0 && !open) offered.text += " inactive";
    size_t shown = 0;
    for (const SdpFormat& format : line.formats) {
      if (shown == kMostFormats) break;
      const std::string_view name = format.encoding.empty() ? format.payload : format.encoding;
      offered.text += (shown++ == 0 ? " " : ", ") + std::string(name);
    }
  }
  offered.text = short_text(offered.text);
  return offered;
}

bool refuses_codecs(CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 488 && txn.final_status != 606) return false;
  if (!txn.request || !context.view.load(context.message(txn.request))) return false;
  if (!offered_media(context.view.sip()).audio) return false;
  if (!context.view.load(context.message(txn.final_response))) return false;
  const auto warning = warning_of(context.view.sip());
  return !warning || warning->is_about_formats();
}

std::optional<WarningValue> warning_of(const SipIndex& response) {
  const std::string_view value = response.value(HeaderId::warning);
  const auto code = parse_number<unsigned>(trim(value).substr(0, 3));
  if (!code) return std::nullopt;
  const size_t begin = value.find('"'), end = value.rfind('"');
  const std::string_view text =
      begin == end ? std::string_view() : value.substr(begin + 1, end - begin - 1);
  return WarningValue{*code, std::to_string(*code) + " " + short_text(text)};
}

}  // namespace sipladder
