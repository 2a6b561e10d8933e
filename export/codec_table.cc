#include "export/codec_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/names.h"
#include "correlate/offer_answer.h"
#include "decode/text.h"

namespace sipladder {
namespace {

struct Codec {
  std::string name;  // "PCMU/8000", or the number when nobody named it
  bool voice = true;
};

struct Line {
  std::string media;
  uint16_t port = 0;
  std::vector<Codec> codecs;
};

Codec codec_of(const SdpFormat& format) {
  if (format.encoding.empty()) return {std::string(format.payload), true};
  const bool voice =
      !equal_no_case(format.encoding, "telephone-event") && !equal_no_case(format.encoding, "CN");
  if (format.clock_hz == 0) return {std::string(format.encoding), voice};
  std::string name = fmt::format("{}/{}", format.encoding, format.clock_hz);
  if (format.channels > 1) name += fmt::format("/{}", format.channels);
  return {std::move(name), voice};
}

std::vector<Line> lines_of(MessageView& view, const MessageRecord& message) {
  std::vector<Line> lines;
  if (!view.load(message)) return lines;
  for (const SdpMedia& media : parse_sdp(find_sdp(view.sip())).media) {
    Line line{std::string(media.media), media.port, {}};
    for (const SdpFormat& format : media.formats) line.codecs.push_back(codec_of(format));
    lines.push_back(std::move(line));
  }
  return lines;
}

bool has(const Line& line, const Codec& codec) {
  return std::any_of(line.codecs.begin(), line.codecs.end(),
                     [&](const Codec& other) { return equal_no_case(other.name, codec.name); });
}

std::string_view fate_of(const Codec& codec, const Line& answer, const Codec* chosen) {
  if (answer.port == 0) return "refused with its m= line (port 0)";
  if (!has(answer, codec)) return "not in the answer";
  return chosen != nullptr && equal_no_case(chosen->name, codec.name) ? "accepted, chosen"
                                                                      : "accepted";
}

// The answerer puts first what it will use.
const Codec* chosen_of(const Line& offer, const Line& answer) {
  for (const Codec& codec : answer.codecs) {
    if (codec.voice && has(offer, codec)) return &codec;
  }
  return nullptr;
}

void add_media(const Line& offer, const Line& answer, std::vector<std::string>* out) {
  const Codec* const chosen = answer.port == 0 ? nullptr : chosen_of(offer, answer);
  for (const Codec& codec : offer.codecs) {
    out->push_back(fmt::format("  {:<24} offered, {}", codec.name, fate_of(codec, answer, chosen)));
  }
  for (const Codec& codec : answer.codecs) {
    if (answer.port == 0 || has(offer, codec)) continue;
    out->push_back(fmt::format("  {:<24} answered, though not offered", codec.name));
  }
}

void add_pair(const Model& model, MessageView& view, const SdpStand& offer, const SdpStand& answer,
              size_t number, std::vector<std::string>* out) {
  const MessageRecord& offering = model.messages[offer.message];
  const MessageRecord& answering = model.messages[answer.message];
  const std::vector<Line> offered = lines_of(view, offering);
  const std::vector<Line> answered = lines_of(view, answering);
  for (size_t i = 0; i < offered.size() && i < answered.size(); i++) {
    out->push_back(fmt::format("offer {} by the {} (frame {}), answer by the {} (frame {}), {}",
                               number, to_string(offer.author), offering.frame,
                               to_string(answer.author), answering.frame, offered[i].media));
    add_media(offered[i], answered[i], out);
  }
  if (answered.size() < offered.size()) out->push_back("  the answer has fewer m= lines");
}

}  // namespace

std::vector<std::string> codec_table(const Model& model, const PacketLog& log, CallId id) {
  const CallRecord& call = model.calls[id];
  if (!call.sdp_offered || !call.sdp_answered) return {};
  std::vector<MessageId> messages;
  for (MessageId m = call.first_message; m; m = model.messages[m].next_in_call) {
    if (model.messages[m].has_sdp) messages.push_back(m);
  }
  MessageView view(log);
  const Negotiation negotiation = negotiation_of(model, view, call, messages, call.end_ns);
  std::vector<std::string> lines;
  uint64_t shown = 0;
  size_t number = 0;
  for (const OfferAnswer& pair : negotiation.pairs) {
    const SdpStand& offer = negotiation.stands[pair.offer];
    const SdpStand& answer = negotiation.stands[pair.answer];
    // Each hop shows the same pair again.
    const uint64_t key = uint64_t{model.messages[offer.message].cseq} << 1 |
                         (offer.author == Party::caller ? 1U : 0U);
    if (number > 0 && key == shown) continue;
    shown = key;
    add_pair(model, view, offer, answer, ++number, &lines);
    if (lines.size() > kMaxCodecLines) break;
  }
  if (lines.size() > kMaxCodecLines) lines.resize(kMaxCodecLines);
  return lines;
}

}  // namespace sipladder
