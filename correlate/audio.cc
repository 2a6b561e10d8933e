#include "correlate/audio.h"

#include <algorithm>
#include <charconv>

#include "decode/sdp.h"

namespace sipladder {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kJudgeAfter = 2 * kSecond;  // a shorter agreed talk is not judged
constexpr int64_t kStoppedAfter = 5 * kSecond;
constexpr uint32_t kMinIcmpErrors = 3;
constexpr uint32_t kMinMedia = 10;  // packets that prove that the capture sees media of this call

// What one party's newest SDP says about audio.
struct Stand {
  bool known = false;
  bool usable = false;  // port not 0
  SdpDirection direction = SdpDirection::sendrecv;
  MessageId message;
};

bool may_send(SdpDirection direction) {
  return direction == SdpDirection::sendrecv || direction == SdpDirection::sendonly;
}
bool may_receive(SdpDirection direction) {
  return direction == SdpDirection::sendrecv || direction == SdpDirection::recvonly;
}

Stand stand_of(const Sdp& sdp, MessageId id) {
  Stand stand;
  for (const SdpMedia& media : sdp.media) {
    if (media.media != "audio") continue;
    stand.known = true;
    stand.message = id;
    if (media.port == 0) continue;
    stand.usable = true;
    stand.direction = media.direction;
    break;
  }
  return stand;
}

bool agreed(const Stand& sender, const Stand& receiver) {
  return sender.usable && receiver.usable && may_send(sender.direction) &&
         may_receive(receiver.direction);
}

// Integrates who may send over the talk, offer by offer.
class Timeline {
 public:
  Timeline(AudioFacts& facts) : facts_(facts) {}

  void change(int64_t time_ns, bool from_caller, const Stand& stand) {
    advance(time_ns);
    (from_caller ? caller_ : callee_) = stand;
    (from_caller ? facts_.from_callee : facts_.from_caller).receiver_sdp = stand.message;
    if (caller_.usable && callee_.usable) facts_.negotiated = true;
  }
  void finish() {
    advance(facts_.end_ns);
    facts_.from_caller.agreed_at_end = agreed(caller_, callee_);
    facts_.from_callee.agreed_at_end = agreed(callee_, caller_);
    facts_.held_at_end =
        facts_.negotiated && !facts_.from_caller.agreed_at_end && !facts_.from_callee.agreed_at_end;
  }

 private:
  void advance(int64_t time_ns) {
    const int64_t begin = std::max(last_ns_, facts_.answer_ns);
    const int64_t end = std::min(time_ns, facts_.end_ns);
    if (end > begin) {
      extend(facts_.from_caller, agreed(caller_, callee_), begin, end);
      extend(facts_.from_callee, agreed(callee_, caller_), begin, end);
    }
    last_ns_ = std::max(last_ns_, time_ns);
  }
  static void extend(AudioDirection& direction, bool is_agreed, int64_t begin, int64_t end) {
    if (!is_agreed) return;
    direction.agreed_ns += end - begin;
    if (direction.agreed_from == 0) direction.agreed_from = begin;
    direction.agreed_until = end;
  }

  AudioFacts& facts_;
  Stand caller_;
  Stand callee_;
  int64_t last_ns_ = 0;
};

// A rejected re-INVITE or UPDATE changes nothing (RFC 3261 14.1).
bool is_rejected_offer(const Model& model, const MessageRecord& message) {
  return message.is_request() && message.txn && model.transactions[message.txn].final_status >= 300;
}

void read_timeline(const Model& model, MessageView& view, const std::vector<MessageId>& messages,
                   AudioFacts* facts) {
  Timeline timeline(*facts);
  for (const MessageId id : messages) {
    const MessageRecord& message = model.messages[id];
    if (!message.has_sdp || message.is_copy() || is_rejected_offer(model, message) ||
        message.status >= 300)
      continue;
    if (!view.load(message)) continue;
    const Stand stand = stand_of(parse_sdp(find_sdp(view.sip())), id);
    if (stand.known) timeline.change(message.time_ns, message.from_caller, stand);
  }
  timeline.finish();
}

void collect_streams(const Model& model, const MediaBinding& media,
                     const std::vector<StreamId>& streams, AudioFacts* facts) {
  for (const StreamId id : streams) {
    const StreamRecord& stream = model.streams[id];
    const Party from = media.of(id).from;
    if (from == Party::none || media.of(id).video || stream.last_ns < facts->answer_ns) continue;
    AudioDirection& direction = from == Party::caller ? facts->from_caller : facts->from_callee;
    direction.streams.push_back(id);
    direction.packets += stream.packets;
    direction.first_ns =
        direction.first_ns == 0 ? stream.first_ns : std::min(direction.first_ns, stream.first_ns);
    direction.last_ns = std::max(direction.last_ns, stream.last_ns);
  }
}

void find_last_leg(const Model& model, AudioDirection& direction) {
  for (const StreamId id : direction.streams) {
    const IpAddress& to = model.endpoints[model.streams[id].dst].ip;
    const bool relayed =
        std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId other) {
          return other != id && model.endpoints[model.streams[other].src].ip == to &&
                 model.endpoints[model.streams[other].dst].ip !=
                     model.endpoints[model.streams[id].src].ip;
        });
    if (!relayed) direction.last_leg.push_back(id);
  }
}

bool is_private_scope(AddressScope scope) {
  return scope == AddressScope::private_ || scope == AddressScope::cgnat ||
         scope == AddressScope::link_local || scope == AddressScope::loopback;
}

// The networks that a party's own packets show: signalling it wrote and media it sent.
bool shows_public_source(const Model& model, const std::vector<MessageId>& messages,
                         const AudioDirection& sent, Party party, const IpAddress& advertised) {
  bool seen_public = false;
  for (const StreamId id : sent.streams) {
    const IpAddress& src = model.endpoints[model.streams[id].src].ip;
    if (src == advertised) return false;
    seen_public = seen_public || scope_of(src) == AddressScope::public_;
  }
  for (const MessageId id : messages) {
    const MessageRecord& message = model.messages[id];
    if (message.from_caller != (party == Party::caller)) continue;
    const IpAddress& src = model.endpoints[message.src].ip;
    if (src == advertised) return false;
    seen_public = seen_public || scope_of(src) == AddressScope::public_;
  }
  return seen_public;
}

void judge_icmp(const Model& model, const AudioFacts& facts, AudioDirection& direction) {
  for (const StreamId id : direction.last_leg) {
    const StreamRecord& stream = model.streams[id];
    std::vector<uint32_t> frames;
    int64_t last = 0;
    for (const IcmpErrorRecord& error : model.icmp_errors) {
      if (error.src != stream.src || error.dst != stream.dst) continue;
      if (error.time_ns < facts.answer_ns || error.time_ns > facts.end_ns) continue;
      frames.push_back(error.frame);
      last = std::max(last, error.time_ns);
    }
    // A few at start-up mean a socket not yet open; errors rate-limited to one a second still run
    // to the end.
    const bool persistent =
        facts.end_ns - last < 2 * kSecond || frames.size() * 2 >= stream.packets;
    if (frames.size() < kMinIcmpErrors || !persistent) continue;
    direction.fault = AudioFault::icmp_unreachable;
    direction.culprit = id;
    direction.icmp_frames = std::move(frames);
    return;
  }
}

void judge_private(const Model& model, const std::vector<MessageId>& messages,
                   AudioDirection& direction, const AudioDirection& back) {
  StreamId culprit;
  for (const StreamId id : direction.last_leg) {
    const IpAddress& to = model.endpoints[model.streams[id].dst].ip;
    if (!is_private_scope(scope_of(to)) ||
        !shows_public_source(model, messages, back, back.from, to))
      return;
    culprit = id;
  }
  if (!culprit) return;
  direction.fault = AudioFault::private_address;
  direction.culprit = culprit;
}

bool accepts(const Sdp& sdp, uint8_t payload_type) {
  for (const SdpMedia& media : sdp.media) {
    for (const SdpFormat& format : media.formats) {
      unsigned value = 0;
      const auto [end, error] = std::from_chars(
          format.payload.data(), format.payload.data() + format.payload.size(), value);
      if (error == std::errc() && end != nullptr && value == payload_type) return true;
    }
  }
  return false;
}

// None of the payload types sent is one that the receiver ever listed.
void judge_codec(const Model& model, MessageView& view, const std::vector<MessageId>& messages,
                 AudioDirection& direction) {
  for (const StreamId id : direction.last_leg) {
    const StreamRecord& stream = model.streams[id];
    if (stream.payload_type == 13 || stream.payload_type == 19) return;
    for (const MessageId message_id : messages) {
      const MessageRecord& message = model.messages[message_id];
      if (!message.has_sdp || message.is_copy() ||
          message.from_caller == (direction.from == Party::caller))
        continue;
      if (!view.load(message)) return;
      if (accepts(parse_sdp(find_sdp(view.sip())), stream.payload_type)) return;
    }
  }
  if (direction.last_leg.empty() || !direction.receiver_sdp) return;
  direction.fault = AudioFault::codec_mismatch;
  direction.culprit = direction.last_leg.front();
}

void judge_times(AudioDirection& direction) {
  const int64_t talk = direction.agreed_until - direction.agreed_from;
  if (direction.agreed_until - direction.last_ns >= kStoppedAfter) {
    direction.fault = AudioFault::stopped;
  } else if (direction.first_ns - direction.agreed_from > std::min(5 * kSecond, talk / 2)) {
    direction.fault = AudioFault::late;
  }
  if (direction.fault != AudioFault::none) direction.culprit = direction.streams.back();
}

void judge(const Model& model, MessageView& view, const std::vector<MessageId>& messages,
           const AudioFacts& facts, AudioDirection& direction, const AudioDirection& back) {
  if (direction.agreed_ns < kJudgeAfter) return;
  if (direction.streams.empty()) {
    if (back.packets >= kMinMedia) direction.fault = AudioFault::no_rtp;
    return;
  }
  judge_icmp(model, facts, direction);
  if (direction.fault == AudioFault::none) judge_private(model, messages, direction, back);
  if (direction.fault == AudioFault::none) judge_codec(model, view, messages, direction);
  if (direction.fault == AudioFault::none) judge_times(direction);
}

bool is_whole(AudioFault fault) {
  return fault != AudioFault::none && fault != AudioFault::stopped && fault != AudioFault::late;
}

}  // namespace

std::string_view to_string(Audio audio) {
  switch (audio) {
    case Audio::none_known:
      return "";
    case Audio::two_way:
      return "two-way";
    case Audio::one_way:
      return "one-way";
    case Audio::partial:
      return "partial";
    case Audio::none:
      return "none";
    case Audio::silent:
      return "silent";
    case Audio::held:
      return "held";
    case Audio::one_way_agreed:
      return "one-way-agreed";
    case Audio::not_captured:
      return "not-captured";
  }
  return "";
}

AudioFacts audio_facts(const Model& model, const MediaBinding& media, MessageView& view,
                       const CallRecord& call, const std::vector<MessageId>& messages,
                       const std::vector<StreamId>& streams) {
  AudioFacts facts;
  facts.from_caller.from = Party::caller;
  facts.from_callee.from = Party::callee;
  facts.answered = call.answer_ns != 0;
  facts.answer_ns = call.answer_ns;
  if (!facts.answered || !call.sdp_offered || !call.sdp_answered) return facts;
  facts.end_ns = call.bye_ns != 0 ? call.bye_ns : call.end_ns;
  if (call.bye_ns == 0) {
    for (const StreamId id : streams)
      facts.end_ns = std::max(facts.end_ns, model.streams[id].last_ns);
  }
  // Without media in the capture nothing can be judged: the SDP need not be read.
  if (streams.empty()) {
    facts.negotiated = true;
    return facts;
  }
  read_timeline(model, view, messages, &facts);
  collect_streams(model, media, streams, &facts);
  find_last_leg(model, facts.from_caller);
  find_last_leg(model, facts.from_callee);
  judge(model, view, messages, facts, facts.from_caller, facts.from_callee);
  judge(model, view, messages, facts, facts.from_callee, facts.from_caller);
  return facts;
}

Audio audio_verdict(const AudioFacts& facts) {
  if (!facts.answered || !facts.negotiated) return Audio::none_known;
  const AudioDirection& caller = facts.from_caller;
  const AudioDirection& callee = facts.from_callee;
  if (caller.streams.empty() && callee.streams.empty()) {
    return facts.held_at_end ? Audio::held : Audio::not_captured;
  }
  if (is_whole(caller.fault) && is_whole(callee.fault)) return Audio::none;
  if (is_whole(caller.fault) || is_whole(callee.fault)) return Audio::one_way;
  if (caller.fault != AudioFault::none || callee.fault != AudioFault::none) return Audio::partial;
  if (facts.held_at_end) return Audio::held;
  if ((caller.agreed_ns == 0) != (callee.agreed_ns == 0)) return Audio::one_way_agreed;
  return Audio::two_way;
}

}  // namespace sipladder
