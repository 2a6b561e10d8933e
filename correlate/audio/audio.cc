#include "correlate/audio/audio.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "correlate/audio/hangup.h"
#include "correlate/audio/judge.h"
#include "correlate/audio/path.h"
#include "correlate/audio/reports.h"
#include "correlate/audio/unseen_resume.h"

namespace sipladder {
namespace {

// The BYE ends the talk. Without one its audio can go on after its last message.
int64_t end_of_talk(const Model& model, const CallRecord& call,
                    const std::vector<StreamId>& streams) {
  if (call.bye_ns != 0) return call.bye_ns;
  int64_t end_ns = call.end_ns;
  for (const StreamId id : streams) end_ns = std::max(end_ns, model.streams[id].last_ns);
  return end_ns;
}

// Each question looks at each stream, and some at each pair of streams. Of a flood (each packet
// with an SSRC of its own) only the streams with most packets are kept.
void keep_largest(const Model& model, std::vector<StreamId>* streams) {
  if (streams->size() <= kMostStreams) return;
  const auto end = streams->begin() + kMostStreams;
  std::nth_element(streams->begin(), end, streams->end(), [&](StreamId a, StreamId b) {
    return std::tuple(model.streams[b].packets, a) < std::tuple(model.streams[a].packets, b);
  });
  streams->erase(end, streams->end());
  std::sort(streams->begin(), streams->end());
}

// A stream that begins after the BYE does not belong to the talk. It is kept where the talk is too
// short to be judged, because the call has no other.
void collect_streams(const Model& model, const MediaBinding& media, CallId call,
                     const std::vector<StreamId>& streams, AudioFacts* facts) {
  const bool judged = facts->end_ns - facts->answer_ns >= kJudgeAfterNs;
  for (const StreamId id : streams) {
    const StreamRecord& stream = model.streams[id];
    const Party from = media.of(id, call).from;
    if (from == Party::none || media.of(id).video || stream.last_ns < facts->answer_ns) continue;
    if (judged && stream.first_ns > facts->end_ns) continue;
    AudioDirection& direction = from == Party::caller ? facts->from_caller : facts->from_callee;
    direction.streams.push_back(id);
    direction.packets += stream.packets;
  }
  for (AudioDirection* direction : {&facts->from_caller, &facts->from_callee})
    keep_largest(model, &direction->streams);
}

void find_last_leg(const Model& model, AudioDirection& direction) {
  direction.last_leg = last_leg_of(model, direction.streams);
  for (const StreamId id : direction.last_leg) {
    const StreamRecord& stream = model.streams[id];
    direction.first_ns =
        direction.first_ns == 0 ? stream.first_ns : std::min(direction.first_ns, stream.first_ns);
    direction.last_ns = std::max(direction.last_ns, stream.last_ns);
  }
}

// A direction that stopped in the talk counts as stopped although some packets came after the BYE.
// This needs the other direction to run on meanwhile: else the capture, or its machine, paused.
void end_with_talk(const Model& model, int64_t end_ns, const AudioDirection& back,
                   AudioDirection& direction) {
  int64_t last_ns = 0;
  for (const StreamId id : direction.last_leg)
    last_ns = std::max(last_ns, model.streams[id].last_before(end_ns));
  const bool runs_on = std::any_of(back.last_leg.begin(), back.last_leg.end(), [&](StreamId id) {
    return model.streams[id].ran_within(last_ns, end_ns) >= kMissedNs;
  });
  if (runs_on) direction.last_ns = last_ns;
}

void take_right(const Negotiation& negotiation, AudioDirection& direction) {
  direction.right = direction.from == Party::caller ? negotiation.caller : negotiation.callee;
  direction.agreed_ns = direction.right.total_ns();
  if (!direction.right.intervals.empty()) {
    direction.agreed_from = direction.right.intervals.front().begin_ns;
    direction.agreed_until = direction.right.intervals.back().end_ns;
  }
  if (const AudioSdp* audio_sdp = negotiation.newest(opposite(direction.from))) {
    direction.receiver_sdp = audio_sdp->message;
  }
}

// When the first ACK for the 2xx of the INVITE that began the call passed, 0 when none did.
int64_t acked_ns(const Model& model, const std::vector<MessageId>& messages) {
  for (const MessageId id : messages) {
    const TransactionId txn = model.messages[id].txn;
    if (!txn || model.transactions[txn].kind != TransactionKind::ack_2xx) continue;
    const TransactionId invite = model.transactions[txn].invite;
    if (invite && !model.transactions[invite].in_dialog) return model.messages[id].time_ns;
  }
  return 0;
}

// Since when `author` had named the host, up to `until_ns`; 0 when its newest exchange before then
// names another. A PBX that hands the media to the phones and takes it back names itself twice.
int64_t named_since(const Model& model, const Negotiation& negotiation, Party author,
                    const IpAddress& host, int64_t until_ns) {
  int64_t since_ns = 0;   // as the newest exchange, as far as it was read, leaves it
  int64_t before_ns = 0;  // as the exchanges before that left it
  MessageId newest;       // of that exchange, on some hop
  for (const AudioSdp& audio_sdp : negotiation.audio_sdps) {
    if (audio_sdp.author != author || audio_sdp.time_ns > until_ns) continue;
    const MessageRecord& message = model.messages[audio_sdp.message];
    if (!newest || !message.is_in_exchange_of(model.messages[newest])) {
      before_ns = std::exchange(since_ns, 0);
      newest = audio_sdp.message;
    }
    const bool names_it = audio_sdp.address && audio_sdp.address->ip == host;
    if (names_it && since_ns == 0) since_ns = before_ns != 0 ? before_ns : audio_sdp.time_ns;
  }
  return since_ns;
}

// An INVITE that began a dialog was answered here. Else a re-INVITE shows that the call was
// answered some time before.
bool shows_answer(const Model& model, const CallRecord& call) {
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method == Method::invite && !txn.in_dialog && (txn.succeeded() || txn.acked))
      return true;
  }
  return false;
}

// A caller that gets the 2xx late, or whose first ACK was lost, neither sends nor listens before
// the ACK. Before the SDPs that name the hosts of the first stream, media went between other hosts
// and may have passed another point. A B2BUA that takes the media later is named by one leg, and
// its streams belong to both: any SDP of the call counts. Of a talk that began before the capture
// nobody knows when audio was due, and of a capture of the media that began in mid-call likewise.
void find_due(const Model& model, const CallRecord& call, const Negotiation& negotiation,
              int64_t acked, AudioDirection& direction) {
  direction.due_ns = std::max(direction.agreed_from, acked);
  if (direction.last_leg.empty()) return;
  if (call.invite_ns == 0 || !shows_answer(model, call))
    direction.due_ns = std::max(direction.due_ns, direction.first_ns);
  const StreamRecord& first = model.streams[direction.last_leg.front()];
  const int64_t watched_ns = model.coverage.since(first.point, direction.first_ns);
  direction.due_ns = std::max(direction.due_ns, watched_ns);
  for (const Party author : {Party::caller, Party::callee}) {
    for (const EndpointId end : {first.src, first.dst}) {
      const int64_t since_ns =
          named_since(model, negotiation, author, model.endpoints[end].ip, direction.first_ns);
      direction.due_ns = std::max(direction.due_ns, since_ns);
    }
  }
}

// An answer in mid-call had port 0, and left both parties without audio for the rest of the talk.
bool is_closed(const AudioFacts& facts) {
  const int64_t closed_ns = facts.negotiation.closed_ns;
  return closed_ns != 0 && facts.end_ns - closed_ns >= kMissedNs;
}

// Which address families the SDPs of one exchange name, over all hops. Where an exchange names
// both, a relay translates between them.
class NamedFamilies {
 public:
  NamedFamilies(const Model& model, const Negotiation& negotiation) : model_(model) {
    for (const AudioSdp& audio_sdp : negotiation.audio_sdps) {
      if (audio_sdp.address)
        (audio_sdp.address->ip.family == 4 ? v4_ : v6_).insert(exchange_of(audio_sdp));
    }
  }
  bool are_both(const AudioSdp& audio_sdp) const {
    const Exchange exchange = exchange_of(audio_sdp);
    return v4_.contains(exchange) && v6_.contains(exchange);
  }

 private:
  // The SDPs of one author that MessageRecord::is_in_exchange_of() takes together have one key.
  using Exchange = std::tuple<Party, bool, Method, uint32_t>;
  Exchange exchange_of(const AudioSdp& audio_sdp) const {
    const MessageRecord& message = model_.messages[audio_sdp.message];
    return {audio_sdp.author, message.is_request(), message.method, message.cseq};
  }
  const Model& model_;
  absl::flat_hash_set<Exchange> v4_, v6_;
};

// The fault of an offer and answer that leave neither side audio. Media in both directions
// disproves a missing answer.
AudioFault negotiation_fault(const AudioFacts& facts) {
  const Negotiation& n = facts.negotiation;
  const bool media = !facts.from_caller.streams.empty() && !facts.from_callee.streams.empty();
  if (n.refused) return AudioFault::port_zero;
  if (n.unanswered && !media) return AudioFault::no_answer_sdp;
  return AudioFault::none;
}

// Offer and answer name addresses of different families, without ICE and without a relay that
// translates.
bool families_clash(const Model& model, const Negotiation& n) {
  const NamedFamilies families(model, n);
  return std::any_of(n.pairs.begin(), n.pairs.end(), [&](const OfferAnswer& pair) {
    const AudioSdp& offer = n.audio_sdps[pair.offer];
    const AudioSdp& answer = n.audio_sdps[pair.answer];
    if (!offer.usable || !answer.usable || !offer.address || !answer.address) return false;
    return offer.address->ip.family != answer.address->ip.family && !offer.ice && !answer.ice &&
           !families.are_both(offer) && !families.are_both(answer);
  });
}

// The families of the SDPs are a fault only of a direction without RTP: a host that has both may
// send all the same. A receiver cannot decode SRTP whose key the sender did not tell
// (RFC 4568 5.1.2).
AudioVerdict judge(const AudioCase& audio, const AudioDirection& direction,
                   const AudioDirection& back) {
  const Negotiation& negotiation = audio.facts.negotiation;
  if (direction.streams.empty() && families_clash(audio.model, negotiation))
    return {AudioFault::address_family};
  if (direction.agreed_ns != 0 && sends_without_key(audio.model, negotiation, direction.from))
    return {AudioFault::srtp_mismatch};
  return judge_direction(audio, direction, back);
}

// Offer and answer leave neither party usable keys, from the beginning or since a later exchange.
// A later one counts only if enough of the talk was lost by it.
std::optional<KeyFault> key_fault_of_both(const Model& model, const AudioFacts& facts) {
  const bool both_ways = !facts.from_caller.streams.empty() && !facts.from_callee.streams.empty();
  const auto fault = key_fault_of(model, facts.negotiation, both_ways);
  if (!fault) return std::nullopt;
  const auto missed = [&](const AudioDirection& direction) {
    return direction.right.within(fault->since_ns, facts.end_ns) >= kMissedNs;
  };
  const bool told = fault->since_ns == 0 || missed(facts.from_caller) || missed(facts.from_callee);
  return told ? fault : std::nullopt;
}

// A host whose program has ended sends nothing more and rejects what comes. Then the `rejected`
// direction tells the cause of both, if both were lost at about the same time.
bool is_told_by(const Model& model, const AudioVerdict& silent, const AudioVerdict& rejected) {
  const bool gone = silent.fault == AudioFault::stopped || silent.fault == AudioFault::no_rtp;
  if (!gone || rejected.fault != AudioFault::icmp_unreachable) return false;
  if (std::abs(silent.lost_from_ns - rejected.lost_from_ns) > kTogetherNs) return false;
  return !silent.shown_by || model.endpoints[model.streams[silent.shown_by].src].ip ==
                                 model.endpoints[model.streams[rejected.shown_by].dst].ip;
}

struct Verdicts {
  AudioVerdict from_caller, from_callee;
};

Verdicts of_both(AudioFault fault, int64_t lost_from_ns = 0) {
  return {{fault, lost_from_ns}, {fault, lost_from_ns}};
}

Verdicts judge_each(const AudioCase& audio) {
  const AudioFacts& facts = audio.facts;
  Verdicts verdicts{judge(audio, facts.from_caller, facts.from_callee),
                    judge(audio, facts.from_callee, facts.from_caller)};
  const bool caller = is_told_by(audio.model, verdicts.from_caller, verdicts.from_callee);
  const bool callee = is_told_by(audio.model, verdicts.from_callee, verdicts.from_caller);
  verdicts.from_caller.told_by_other = caller;
  verdicts.from_callee.told_by_other = callee;
  return verdicts;
}

// Fills in what RTCP and SDP tell of media that takes another path.
void note_unseen(const AudioCase& audio, const AudioDirection& back, AudioDirection& direction) {
  if (direction.streams.empty() && direction.agreed_ns > 0)
    direction.reported_frame = report_of_receipt(audio, back);
  direction.moved_unseen = direction.agreed_ns >= kJudgeAfterNs &&
                           (talks_to_stranger(audio, direction) || talks_to_stranger(audio, back));
}

// Faults that both directions have in common are asked for first; then each direction is judged.
Verdicts verdicts_on(const AudioCase& audio, const std::vector<StreamId>& streams,
                     AudioFacts* facts) {
  const AudioFault fault = negotiation_fault(*facts);
  if (fault != AudioFault::none) return of_both(fault);
  facts->key_fault = key_fault_of_both(audio.model, *facts);
  if (facts->key_fault) return of_both(AudioFault::srtp_mismatch, facts->key_fault->since_ns);
  if (is_closed(*facts)) return of_both(AudioFault::port_zero, facts->negotiation.closed_ns);
  facts->closed_path = closed_path(audio, streams);
  if (const auto& path = facts->closed_path) {
    Verdicts verdicts = of_both(fault_of(audio.model, *path));
    verdicts.from_caller.told_by_other = path->from != Party::caller;
    verdicts.from_callee.told_by_other = path->from != Party::callee;
    return verdicts;
  }
  note_unseen(audio, facts->from_callee, facts->from_caller);
  note_unseen(audio, facts->from_caller, facts->from_callee);
  return judge_each(audio);
}

}  // namespace

std::vector<StreamId> last_leg_of(const Model& model, const std::vector<StreamId>& streams) {
  const auto ip_of = [&](EndpointId end) -> const IpAddress& { return model.endpoints[end].ip; };
  // For each sending host, two destinations, on different hosts if there are such. One of two
  // different hosts is never the host that a stream comes from.
  const auto key_of = [](const IpAddress& ip) { return std::pair(ip.bytes, ip.family); };
  absl::flat_hash_map<std::pair<decltype(IpAddress::bytes), uint8_t>,
                      std::pair<EndpointId, EndpointId>>
      sends_to;
  for (const StreamId id : streams) {
    const StreamRecord& stream = model.streams[id];
    const auto [places, is_new] =
        sends_to.try_emplace(key_of(ip_of(stream.src)), stream.dst, stream.dst);
    if (ip_of(places->second.first) == ip_of(places->second.second))
      places->second.second = stream.dst;
  }
  std::vector<StreamId> leg;
  for (const StreamId id : streams) {
    const StreamRecord& stream = model.streams[id];
    const IpAddress& from = ip_of(stream.src);
    const auto relay = sends_to.find(key_of(ip_of(stream.dst)));
    const bool relayed = relay != sends_to.end() && (ip_of(relay->second.first) != from ||
                                                     ip_of(relay->second.second) != from);
    if (!relayed) leg.push_back(id);
  }
  return leg;
}

bool needs_messages(const Model& model, const CallRecord& call,
                    const std::vector<StreamId>& streams) {
  if (call.answer_ns == 0) return false;
  const SdpGlance& sdp = call.sdp;
  const bool mixed = (sdp.plain && sdp.secure) || (sdp.ip4 && sdp.ip6);
  const bool no_common_type = call.caller_types != 0 && call.callee_types != 0 &&
                              (call.caller_types & call.callee_types) == 0;
  const bool paths =
      !model.ice_checks.empty() || !model.handshakes.empty() || !model.neighbours.empty();
  return !streams.empty() || paths || no_common_type || sdp.refused || sdp.restricted || mixed ||
         sdp.unusual || sdp.secure || call.sdp_offered != call.sdp_answered;
}

AudioFacts audio_facts(const Model& model, const MediaBinding& media, MessageView& view, CallId id,
                       const std::vector<MessageId>& messages,
                       const std::vector<StreamId>& streams) {
  const CallRecord& call = model.calls[id];
  AudioFacts facts;
  facts.from_caller.from = Party::caller;
  facts.from_callee.from = Party::callee;
  facts.answered = call.answer_ns != 0;
  facts.answer_ns = call.answer_ns;
  if (!facts.answered || (!call.sdp_offered && !call.sdp_answered)) return facts;
  facts.end_ns = end_of_talk(model, call, streams);
  if (!needs_messages(model, call, streams)) {
    facts.negotiation.negotiated = facts.negotiation.offered = call.sdp.may_have_audio();
    return facts;
  }
  collect_streams(model, media, id, streams, &facts);
  for (AudioDirection* direction : {&facts.from_caller, &facts.from_callee})
    find_last_leg(model, *direction);
  if (const auto hang_up = hang_up_of(model, media, view, call, messages, facts)) {
    facts.hang_up = hang_up;
    facts.end_ns = hang_up->at_ns;
  }
  facts.negotiation = negotiation_of(model, view, call, messages, facts.end_ns);
  note_unseen_resume(model, call, &facts);
  const int64_t acked = acked_ns(model, messages);
  for (AudioDirection* direction : {&facts.from_caller, &facts.from_callee}) {
    take_right(facts.negotiation, *direction);
    find_due(model, call, facts.negotiation, acked, *direction);
  }
  end_with_talk(model, facts.end_ns, facts.from_callee, facts.from_caller);
  end_with_talk(model, facts.end_ns, facts.from_caller, facts.from_callee);
  Verdicts verdicts = verdicts_on({model, media, view, messages, facts}, streams, &facts);
  facts.from_caller.verdict = std::move(verdicts.from_caller);
  facts.from_callee.verdict = std::move(verdicts.from_callee);
  return facts;
}

bool is_handful(const AudioDirection& direction) {
  return !direction.last_leg.empty() &&
         direction.last_ns - std::max(direction.first_ns, direction.agreed_from) < kHandfulNs;
}

}  // namespace sipladder
