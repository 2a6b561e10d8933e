#include "export/codec_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "correlate/session/offer_answer.h"
#include "correlate/session/sdp_hop.h"
#include "decode/text.h"

namespace sipladder {
namespace {

struct ListedCodec {
  std::string number;  // "101"
  std::string name;    // "PCMU/8000", or the number when nobody named it
  bool voice = true;
};

struct Line {
  std::string media;
  uint16_t port = 0;
  std::vector<ListedCodec> codecs;
};

ListedCodec codec_of(const SdpFormat& format) {
  const std::string number(format.payload);
  if (format.encoding.empty()) return {number, number, true};
  const bool voice =
      !equal_no_case(format.encoding, "telephone-event") && !equal_no_case(format.encoding, "CN");
  return {number, codec_name(format), voice};
}

std::string text_of(const ListedCodec& codec) {
  return codec.number == codec.name ? codec.name : codec.number + " " + codec.name;
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

bool same_name(const ListedCodec& a, const ListedCodec& b) {
  return equal_no_case(a.name, b.name);
}

// The codec of the same name in `line`: one with the same payload type where there is one, else
// any, because a side may choose other payload types (RFC 3264 6.1 recommends the same ones).
const ListedCodec* find(const Line& line, const ListedCodec& codec) {
  const ListedCodec* found = nullptr;
  for (const ListedCodec& other : line.codecs) {
    if (!same_name(other, codec)) continue;
    if (other.number == codec.number) return &other;
    if (found == nullptr) found = &other;
  }
  return found;
}

// The other codec to which the offer gave the payload type that the answer uses; null: none.
const ListedCodec* other_meaning(const Line& offer, const ListedCodec& answered) {
  for (const ListedCodec& codec : offer.codecs) {
    if (codec.number == answered.number && !same_name(codec, answered)) return &codec;
  }
  return nullptr;
}

std::string fate_of(const ListedCodec& codec, const Line& offer, const Line& answer,
                    const ListedCodec* chosen) {
  if (answer.port == 0) return "refused with its m= line (port 0)";
  const ListedCodec* const taken = find(answer, codec);
  if (taken == nullptr) return "not in the answer";
  std::string text = "accepted";
  if (taken->number != codec.number) {
    text += " as " + taken->number;
    if (const ListedCodec* const other = other_meaning(offer, *taken))
      text += fmt::format(", which the offer gave to {}", other->name);
  }
  return chosen != nullptr && same_name(*chosen, codec) ? text + ", chosen" : text;
}

// The answerer lists first the codec that it prefers to use (RFC 3264 6.1).
const ListedCodec* chosen_of(const Line& offer, const Line& answer) {
  for (const ListedCodec& codec : answer.codecs) {
    if (codec.voice && find(offer, codec) != nullptr) return &codec;
  }
  return nullptr;
}

void add_media(const Line& offer, const Line& answer, std::vector<std::string>* out) {
  const ListedCodec* const chosen = answer.port == 0 ? nullptr : chosen_of(offer, answer);
  for (const ListedCodec& codec : offer.codecs) {
    out->push_back(
        fmt::format("  {:<28} offered, {}", text_of(codec), fate_of(codec, offer, answer, chosen)));
  }
  for (const ListedCodec& codec : answer.codecs) {
    if (answer.port == 0 || find(offer, codec) != nullptr) continue;
    out->push_back(fmt::format("  {:<28} answered, though not offered", text_of(codec)));
  }
}

void add_pair(const Model& model, MessageView& view, const AudioSdp& offer, const AudioSdp& answer,
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
    const AudioSdp& offer = negotiation.audio_sdps[pair.offer];
    const AudioSdp& answer = negotiation.audio_sdps[pair.answer];
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
