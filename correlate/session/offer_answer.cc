#include "correlate/session/offer_answer.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <utility>

namespace sipladder {
namespace {

bool is_open(const AudioSdp* audio_sdp) {
  return audio_sdp != nullptr && audio_sdp->usable;
}

// INVITEs of a call whose 2xx was acknowledged, as ACKs with a transaction of their own show. A
// non-2xx is acknowledged within the INVITE transaction (RFC 3261 17.1.1.3).
using Acknowledged = absl::flat_hash_set<uint32_t>;
Acknowledged acknowledged_invites(const Model& model, const CallRecord& call) {
  Acknowledged invites;
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.kind == TransactionKind::ack_2xx && txn.invite) invites.insert(txn.invite.value);
  }
  return invites;
}

// The SDP of the message counts. That of a rejected re-INVITE or UPDATE changes nothing
// (RFC 3261 14.1), nor does that of a fork that was not answered.
bool counts(const Model& model, const MessageRecord& message, bool has_confirmed,
            const Acknowledged& acknowledged) {
  if (!message.has_sdp || message.is_copy() || message.status >= 300) return false;
  if (message.is_request() && message.txn) {
    const TransactionRecord& txn = model.transactions[message.txn];
    const bool unanswered = txn.final_status == 0 && txn.in_dialog && txn.method == Method::invite;
    if (txn.final_status >= 300) return false;
    // The capture can lack the 2xx and have its ACK.
    if (unanswered && !acknowledged.contains(message.txn.value)) return false;
  }
  if (!has_confirmed || !message.dialog) return true;
  return model.dialogs[message.dialog].confirmed_ns != 0;
}

// The SDP is in a request, or in a response whose request was captured. Otherwise it answers an
// offer that the capture lacks.
bool is_offer(const Model& model, const AudioSdp& audio_sdp) {
  const MessageRecord& message = model.messages[audio_sdp.message];
  return message.is_request() || (message.txn && model.transactions[message.txn].request);
}

// Goes through the SDPs of a call in capture order.
class Reader {
 public:
  Reader(const Model& model, MessageView& view, const CallRecord& call, int64_t end_ns)
      : model_(model), view_(view), answer_ns_(call.answer_ns), end_ns_(end_ns) {}
  Negotiation result;

  void add(AudioSdp audio_sdp) {
    result.half_unseen =
        result.half_unseen || (result.audio_sdps.empty() && !is_offer(model_, audio_sdp));
    // Fax or video in the place of audio closes the audio. Before the first audio line there is
    // nothing to close.
    if (!audio_sdp.audio && result.audio_sdps.empty()) return;
    advance(audio_sdp.time_ns);
    const size_t index = result.audio_sdps.size();
    const AudioSdp* before = at(newest_of(audio_sdp.author));
    const std::optional<size_t> offer = pair(audio_sdp, index);
    const bool held_before =
        before != nullptr && restricts(*before) &&
        (!was_forced(audio_sdp.author) || (!offer && before->direction == audio_sdp.direction));
    // The same answer behind a hop that has narrowed it.
    const bool changed_by_hop =
        before != nullptr &&
        model_.messages[audio_sdp.message].is_in_exchange_of(model_.messages[before->message]);
    if (offer) {
      exchange_unseen_ = false;
    } else if (result.negotiated && before != nullptr && lacks_other_half(*before, audio_sdp)) {
      exchange_unseen_ = true;
      end_hold_by_answer(audio_sdp);
    }
    newest_of(audio_sdp.author) = index + 1;
    if (const TransactionId txn = model_.messages[audio_sdp.message].txn)
      newest_in_[{txn.value, audio_sdp.author}] = index;
    result.offered = result.offered || audio_sdp.usable;
    result.audio_sdps.push_back(std::move(audio_sdp));
    if (offer) follow_line(*offer, result.audio_sdps.back());
    const AudioSdp* const answered = offer ? &result.audio_sdps[*offer] : nullptr;
    note_hold(result.audio_sdps.back(), answered, held_before || changed_by_hop);
    was_forced(result.audio_sdps.back().author) = is_forced(result.audio_sdps.back(), answered);
    if (both_open()) result.negotiated = true;
  }

  void finish() {
    advance(end_ns_);
    result.caller.at_end = is_agreed(caller_, callee_);
    result.callee.at_end = is_agreed(callee_, caller_);
    result.refused = result.offered && !result.negotiated && is_refused();
    for (Hold& hold : result.holds) {
      if (hold.is_open()) hold.end_ns = std::max(hold.begin_ns, end_ns_);
    }
    if (result.negotiated && !result.pairs.empty()) note_closed(result.pairs.back());
  }

 private:
  const AudioSdp* at(size_t index) const {
    return index == 0 ? nullptr : &result.audio_sdps[index - 1];
  }
  // The SDP of this party is not in the capture: it counts as open.
  bool is_unseen(size_t index) const { return index == 0 && result.half_unseen; }
  bool both_open() const {
    return (is_open(at(caller_)) || is_unseen(caller_)) &&
           (is_open(at(callee_)) || is_unseen(callee_));
  }
  bool is_agreed(size_t sender, size_t receiver) const {
    const bool sends =
        is_unseen(sender) || (is_open(at(sender)) && may_send(at(sender)->direction));
    const bool receives =
        is_unseen(receiver) || (is_open(at(receiver)) && may_receive(at(receiver)->direction));
    return sends && receives;
  }
  size_t& newest_of(Party author) { return author == Party::caller ? caller_ : callee_; }

  // The request of a transaction offers and its response answers; without an SDP in the INVITE the
  // 2xx offers and the ACK answers (RFC 3261 13.2.1). Returns the offer.
  std::optional<size_t> pair(const AudioSdp& audio_sdp, size_t index) {
    const MessageRecord& message = model_.messages[audio_sdp.message];
    if (!message.txn) return std::nullopt;
    TransactionId txn = message.txn;
    if (message.method == Method::ack) txn = model_.transactions[txn].invite;
    if (message.is_request() && message.method != Method::ack) return std::nullopt;
    const auto offer = newest_in_.find({txn.value, opposite(audio_sdp.author)});
    if (offer == newest_in_.end()) return std::nullopt;
    result.pairs.push_back({offer->second, index});
    return offer->second;
  }

  // Of several audio lines offered, the one that the answer accepts counts.
  void follow_line(size_t offer, const AudioSdp& answer) {
    AudioSdp& audio_sdp = result.audio_sdps[offer];
    if (!answer.usable || audio_sdp.mline == answer.mline) return;
    const MessageRecord& message = model_.messages[audio_sdp.message];
    if (!view_.load(message)) return;
    audio_sdp = read_audio_sdp(find_sdp(view_.sip()), audio_sdp.message, message, answer.mline);
  }

  bool is_refused() const {
    return std::any_of(result.pairs.begin(), result.pairs.end(), [&](const OfferAnswer& pair) {
      return result.audio_sdps[pair.offer].usable && !result.audio_sdps[pair.answer].usable;
    });
  }

  void note_closed(const OfferAnswer& last) {
    const AudioSdp& offer = result.audio_sdps[last.offer];
    const AudioSdp& answer = result.audio_sdps[last.answer];
    if (!both_open() && offer.usable && closes_audio(answer)) result.closed_ns = answer.time_ns;
  }

  static bool moves(const AudioSdp& before, const AudioSdp& now) {
    return before.address != now.address || before.direction != now.direction ||
           before.usable != now.usable;
  }
  // The other party's SDP of this exchange is not in the capture: the offer that this response
  // answers, or the answer in the ACK or in the 2xx.
  bool lacks_other_half(const AudioSdp& before, const AudioSdp& audio_sdp) const {
    const MessageRecord& message = model_.messages[audio_sdp.message];
    if (message.is_in_exchange_of(model_.messages[before.message])) return false;  // at another hop
    if (message.is_request()) return moves(before, audio_sdp) && is_answered_unseen(audio_sdp);
    return message.method == Method::invite && message.status >= 200 && message.status < 300;
  }
  // An answer says sendrecv only to an offer that does (RFC 3264 6.1): the other party holds no
  // longer.
  void end_hold_by_answer(const AudioSdp& answer) {
    std::optional<size_t>& open = open_hold_[answer.author == Party::caller ? 1 : 0];
    if (!open || is_offer(model_, answer) || !answer.usable || answer.hold_address ||
        answer.direction != SdpDirection::sendrecv)
      return;
    Hold& hold = result.holds[*open];
    hold.end_ns = answer.time_ns;
    hold.resume_unseen = true;
    open.reset();
  }
  // Its ACK is here, or it is not sent again: an answer came that is not in the capture.
  bool is_answered_unseen(const AudioSdp& offer) const {
    const MessageRecord& message = model_.messages[offer.message];
    if (!message.txn || !message.is_request() || message.method != Method::invite) return false;
    const TransactionRecord& txn = model_.transactions[message.txn];
    return txn.final_status == 0 && (txn.acked || txn.requests == 1);
  }

  void advance(int64_t time_ns) {
    const int64_t begin = std::max(last_ns_, answer_ns_);
    const int64_t end = std::min(time_ns, end_ns_);
    // Time on hold is no time to send: whoever holds may play music, but need not.
    if (end > begin && !open_hold_[0] && !open_hold_[1] && !exchange_unseen_) {
      extend(&result.caller, is_agreed(caller_, callee_), {begin, end});
      extend(&result.callee, is_agreed(callee_, caller_), {begin, end});
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

  // The answer's direction only follows its offer (RFC 3264 6.1), so it is no hold of its author.
  // Port 0 in an answer refuses, and is no hold.
  static bool is_forced(const AudioSdp& audio_sdp, const AudioSdp* offer) {
    return offer != nullptr &&
           (!audio_sdp.usable || offer->hold_address || !may_send(offer->direction) ||
            (!may_receive(offer->direction) && !may_send(audio_sdp.direction)));
  }

  // A hold restricts what was agreed before. A call that begins one-way is not held, even when
  // several hops show its answer. Who only followed the hold of the other party, and says so again
  // in an offer (a session timer), holds nothing either.
  void note_hold(const AudioSdp& audio_sdp, const AudioSdp* offer, bool held_before) {
    if (is_forced(audio_sdp, offer)) return;
    std::optional<size_t>& open = open_hold_[audio_sdp.author == Party::caller ? 0 : 1];
    if (open && !restricts(audio_sdp)) {
      Hold& hold = result.holds[*open];
      hold.end_ns = audio_sdp.time_ns;
      hold.resume = audio_sdp.message;
      open.reset();
    } else if (!open && restricts(audio_sdp) && !held_before && result.negotiated) {
      open = result.holds.size();
      result.holds.push_back({audio_sdp.author, audio_sdp.time_ns, 0, audio_sdp.message, {}});
    }
  }

  const Model& model_;
  MessageView& view_;
  const int64_t answer_ns_;
  const int64_t end_ns_;
  size_t caller_ = 0;  // 1-based index of the caller's newest SDP in result.audio_sdps; 0: none
  size_t callee_ = 0;  // of the callee's likewise
  int64_t last_ns_ = 0;
  // The newest exchange may have moved the media: only one of its two SDPs is here.
  bool exchange_unseen_ = false;
  // The newest SDP of each author in each transaction, as an index into result.audio_sdps.
  absl::flat_hash_map<std::pair<uint32_t, Party>, size_t> newest_in_;
  bool& was_forced(Party author) { return forced_[author == Party::caller ? 0 : 1]; }
  bool forced_[2] = {};                 // the newest SDP of the caller, and of the callee, was
  std::optional<size_t> open_hold_[2];  // of the caller, and of the callee; into result.holds
};

// Whether a 2xx answered an INVITE of the call, and whether such a 2xx was acknowledged.
struct Answered {
  bool any = false;
  bool acknowledged = false;
};
Answered answered_invites(const Model& model, const CallRecord& call) {
  Answered result;
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method != Method::invite || !txn.succeeded()) continue;
    result.any = true;
    result.acknowledged = result.acknowledged || txn.acked;
  }
  return result;
}

}  // namespace

Party opposite(Party party) {
  return party == Party::caller ? Party::callee : Party::caller;
}

int64_t SendingRight::within(int64_t begin_ns, int64_t end_ns) const {
  int64_t total = 0;
  for (const Interval& interval : intervals) {
    total += std::max<int64_t>(
        0, std::min(interval.end_ns, end_ns) - std::max(interval.begin_ns, begin_ns));
  }
  return total;
}

bool SendingRight::covers(int64_t time_ns) const {
  return std::any_of(intervals.begin(), intervals.end(), [&](const Interval& interval) {
    return interval.begin_ns <= time_ns && time_ns <= interval.end_ns;
  });
}

bool Negotiation::both_use_ice() const {
  const auto names = [&](Party author) {
    return std::any_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& audio_sdp) {
      return audio_sdp.author == author && audio_sdp.ice;
    });
  };
  return names(Party::caller) && names(Party::callee);
}

bool Negotiation::is_held() const {
  return std::any_of(holds.begin(), holds.end(), [](const Hold& hold) { return hold.is_open(); });
}

bool Negotiation::is_in_force(const AudioSdp& audio_sdp) const {
  return std::any_of(pairs.begin(), pairs.end(), [&](const OfferAnswer& pair) {
    return &audio_sdps[pair.offer] == &audio_sdp || &audio_sdps[pair.answer] == &audio_sdp;
  });
}

const AudioSdp* Negotiation::newest(Party author) const {
  for (size_t i = audio_sdps.size(); i-- > 0;) {
    if (audio_sdps[i].author == author) return &audio_sdps[i];
  }
  return nullptr;
}

Negotiation negotiation_of(const Model& model, MessageView& view, const CallRecord& call,
                           const std::vector<MessageId>& messages, int64_t end_ns) {
  bool has_confirmed = false;
  for (DialogId id = call.first_dialog; id; id = model.dialogs[id].next_in_call) {
    has_confirmed = has_confirmed || model.dialogs[id].confirmed_ns != 0;
  }
  const Answered answered = answered_invites(model, call);
  const Acknowledged acknowledged = acknowledged_invites(model, call);
  Reader reader(model, view, call, end_ns);
  reader.result.half_unseen = !answered.any;
  for (const MessageId id : messages) {
    const MessageRecord& message = model.messages[id];
    if (model.cancellation.requested()) break;
    if (!counts(model, message, has_confirmed, acknowledged) || !view.load(message)) continue;
    reader.add(read_audio_sdp(find_sdp(view.sip()), id, message));
  }
  reader.finish();
  const bool one_sided = !reader.result.audio_sdps.empty() && reader.result.pairs.empty();
  reader.result.unanswered = one_sided && reader.result.offered &&
                             call.sdp_offered != call.sdp_answered && answered.acknowledged &&
                             is_offer(model, reader.result.audio_sdps.front());
  return std::move(reader.result);
}

}  // namespace sipladder
