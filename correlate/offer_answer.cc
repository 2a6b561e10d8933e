#include "correlate/offer_answer.h"

#include <algorithm>

#include "correlate/hash.h"
#include "decode/text.h"

namespace sipladder {
namespace {

bool is_open(const SdpStand* stand) {
  return stand != nullptr && stand->usable;
}

bool agreed(const SdpStand* sender, const SdpStand* receiver) {
  return is_open(sender) && is_open(receiver) && may_send(sender->direction) &&
         may_receive(receiver->direction);
}

// RFC 3551 4.5.
double frame_ms_of(std::string_view encoding) {
  if (equal_no_case(encoding, "G729")) return 10;
  if (equal_no_case(encoding, "GSM")) return 20;
  return equal_no_case(encoding, "G723") ? 30 : 0;
}

void read_audio(const SdpMedia& media, SdpStand* stand) {
  stand->audio = true;
  stand->usable = media.port != 0;
  stand->hold_address = media.hold_address;
  stand->direction = media.direction;
  stand->secure = is_srtp(media.proto);
  stand->keyed = !media.crypto.empty() || !media.fingerprint.empty();
  if (const auto ip = parse_ip(media.address)) stand->address = Endpoint{*ip, media.port};
  for (const std::string_view value : media.candidates) {
    if (const auto candidate = parse_candidate(value))
      stand->candidates.push_back(candidate->endpoint);
  }
  stand->ice = !media.candidates.empty();
  stand->fingerprint = !media.fingerprint.empty();
  stand->ptime_ms = media.ptime_ms;
  if (!media.formats.empty()) stand->frame_ms = frame_ms_of(media.formats.front().encoding);
  for (const SdpFormat& format : media.formats) {
    const auto type = parse_number<uint8_t>(format.payload);
    if (type) stand->payload_types.push_back(*type);
    if (equal_no_case(format.encoding, "CN")) stand->comfort_noise = true;
  }
}

void read_formats(const SdpMedia& media, SdpStand* stand) {
  for (const SdpFormat& format : media.formats) {
    const bool event = equal_no_case(format.encoding, "telephone-event");
    stand->telephone_event = stand->telephone_event || event;
    if (event || equal_no_case(format.encoding, "CN") || media.media != "audio" || media.port == 0)
      continue;
    std::string& name =
        stand->codecs.emplace_back(format.encoding.empty() ? format.payload : format.encoding);
    std::transform(name.begin(), name.end(), name.begin(), lower);
  }
}

uint64_t hash_without_origin(std::string_view body) {
  uint64_t hash = 0;
  while (!body.empty()) {
    const std::string_view line = trim(cut(&body, '\n'));
    if (!line.starts_with("o=")) hash = mix(hash, hash_text(line));
  }
  return hash;
}

SdpStand stand_of(std::string_view body, MessageId id, const MessageRecord& message) {
  const Sdp sdp = parse_sdp(body);
  SdpStand stand;
  stand.lines = sdp.media.size();
  stand.origin = sdp.origin;
  stand.rest_hash = hash_without_origin(body);
  for (const SdpMedia& media : sdp.media) read_formats(media, &stand);
  stand.message = id;
  stand.time_ns = message.time_ns;
  stand.author = message.from_caller ? Party::caller : Party::callee;
  const SdpMedia* chosen = nullptr;
  for (const SdpMedia& media : sdp.media) {
    if (media.media != "audio") continue;
    if (chosen == nullptr || (chosen->port == 0 && media.port != 0)) chosen = &media;
  }
  if (chosen != nullptr) read_audio(*chosen, &stand);
  return stand;
}

// A rejected re-INVITE or UPDATE changes nothing (RFC 3261 14.1); a fork that was not answered has
// no say.
bool counts(const Model& model, const MessageRecord& message, bool has_confirmed) {
  if (!message.has_sdp || message.is_copy() || message.status >= 300) return false;
  if (message.is_request() && message.txn && model.transactions[message.txn].final_status >= 300) {
    return false;
  }
  if (!has_confirmed || !message.dialog) return true;
  return model.dialogs[message.dialog].confirmed_ns != 0;
}

class Reader {
 public:
  Reader(const Model& model, const CallRecord& call, int64_t end_ns)
      : model_(model), answer_ns_(call.answer_ns), end_ns_(end_ns) {}
  Negotiation result;

  void add(SdpStand stand) {
    // Fax or video in the place of the audio closes it; before any audio there is nothing to close.
    if (!stand.audio && result.stands.empty()) return;
    advance(stand.time_ns);
    const size_t index = result.stands.size();
    const bool held_before = holds(at(stand.author == Party::caller ? caller_ : callee_));
    pair(stand, index);
    (stand.author == Party::caller ? caller_ : callee_) = index + 1;
    result.offered = result.offered || stand.usable;
    result.stands.push_back(std::move(stand));
    note_hold(result.stands.back(), held_before);
    if (is_open(at(caller_)) && is_open(at(callee_))) result.negotiated = true;
  }

  void finish() {
    advance(end_ns_);
    result.caller.at_end = agreed(at(caller_), at(callee_));
    result.callee.at_end = agreed(at(callee_), at(caller_));
    result.refused = result.offered && !result.negotiated && !result.pairs.empty();
    result.held_at_end = result.negotiated && is_held();
    if (result.held_at_end) result.held_ns += std::max<int64_t>(0, end_ns_ - result.hold_begin_ns);
  }

 private:
  const SdpStand* at(size_t index) const {
    return index == 0 ? nullptr : &result.stands[index - 1];
  }

  // The request of a transaction offers and its response answers; without an SDP in the INVITE the
  // 2xx offers and the ACK answers (RFC 3261 13.2.1).
  void pair(const SdpStand& stand, size_t index) {
    const MessageRecord& message = model_.messages[stand.message];
    if (!message.txn) return;
    TransactionId txn = message.txn;
    if (message.method == Method::ack) txn = model_.transactions[txn].invite;
    if (message.is_request() && message.method != Method::ack) return;
    for (size_t i = result.stands.size(); i-- > 0;) {
      const MessageRecord& other = model_.messages[result.stands[i].message];
      if (other.txn != txn || result.stands[i].author == stand.author) continue;
      result.pairs.push_back({i, index});
      return;
    }
  }

  void advance(int64_t time_ns) {
    const int64_t begin = std::max(last_ns_, answer_ns_);
    const int64_t end = std::min(time_ns, end_ns_);
    // On hold nothing is missed: who holds may play music, and need not.
    if (end > begin && !is_held()) {
      extend(&result.caller, agreed(at(caller_), at(callee_)), {begin, end});
      extend(&result.callee, agreed(at(callee_), at(caller_)), {begin, end});
    }
    last_ns_ = std::max(last_ns_, time_ns);
  }

  static void extend(SendingRight* right, bool is_agreed, Interval interval) {
    if (!is_agreed) return;
    if (!right->intervals.empty() && right->intervals.back().end_ns == interval.begin_ns) {
      right->intervals.back().end_ns = interval.end_ns;
    } else {
      right->intervals.push_back(interval);
    }
  }

  static bool holds(const SdpStand* stand) {
    return stand != nullptr && stand->usable &&
           (stand->hold_address || stand->direction == SdpDirection::sendonly ||
            stand->direction == SdpDirection::inactive);
  }
  bool is_held() const { return holder_ != Party::none; }

  // A hold takes back what was agreed before; a call that begins one-way is no hold, however many
  // hops show its answer.
  void note_hold(const SdpStand& stand, bool held_before) {
    if (holder_ == Party::none) {
      if (!holds(&stand) || held_before || !result.negotiated) return;
      holder_ = result.holder = stand.author;
      result.hold_begin_ns = stand.time_ns;
      result.hold_message = stand.message;
      result.resume_message = MessageId{};
    } else if (holder_ == stand.author && !holds(&stand)) {
      result.held_ns += stand.time_ns - result.hold_begin_ns;
      result.resume_message = stand.message;
      holder_ = Party::none;
    }
  }

  const Model& model_;
  const int64_t answer_ns_;
  const int64_t end_ns_;
  size_t caller_ = 0;  // 1-based index of the newest stand
  size_t callee_ = 0;
  int64_t last_ns_ = 0;
  Party holder_ = Party::none;
};

bool acknowledged(const Model& model, const CallRecord& call) {
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    const TransactionRecord& txn = model.transactions[id];
    const bool answered = txn.final_status >= 200 && txn.final_status < 300;
    if (txn.method == Method::invite && answered && txn.acked) return true;
  }
  return false;
}

}  // namespace

bool may_send(SdpDirection direction) {
  return direction == SdpDirection::sendrecv || direction == SdpDirection::sendonly;
}

bool may_receive(SdpDirection direction) {
  return direction == SdpDirection::sendrecv || direction == SdpDirection::recvonly;
}

Party opposite(Party party) {
  return party == Party::caller ? Party::callee : Party::caller;
}

int64_t SendingRight::total_ns() const {
  int64_t total = 0;
  for (const Interval& interval : intervals) total += interval.end_ns - interval.begin_ns;
  return total;
}

bool SendingRight::covers(int64_t time_ns) const {
  return std::any_of(intervals.begin(), intervals.end(), [&](const Interval& interval) {
    return interval.begin_ns <= time_ns && time_ns <= interval.end_ns;
  });
}

const SdpStand* Negotiation::newest(Party author) const {
  for (size_t i = stands.size(); i-- > 0;) {
    if (stands[i].author == author) return &stands[i];
  }
  return nullptr;
}

Negotiation negotiation_of(const Model& model, MessageView& view, const CallRecord& call,
                           const std::vector<MessageId>& messages, int64_t end_ns) {
  bool has_confirmed = false;
  for (DialogId id = call.first_dialog; id; id = model.dialogs[id].next_in_call) {
    has_confirmed = has_confirmed || model.dialogs[id].confirmed_ns != 0;
  }
  Reader reader(model, call, end_ns);
  for (const MessageId id : messages) {
    const MessageRecord& message = model.messages[id];
    if (!counts(model, message, has_confirmed) || !view.load(message)) continue;
    reader.add(stand_of(find_sdp(view.sip()), id, message));
  }
  reader.finish();
  const bool one_sided = !reader.result.stands.empty() && reader.result.pairs.empty();
  reader.result.unanswered = one_sided && reader.result.offered &&
                             call.sdp_offered != call.sdp_answered && acknowledged(model, call);
  return std::move(reader.result);
}

}  // namespace sipladder
