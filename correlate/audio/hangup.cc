#include "correlate/audio/hangup.h"

#include <algorithm>

#include "correlate/audio/judge.h"

namespace sipladder {
namespace {

class HangUps {
 public:
  HangUps(const Model& model, const MediaBinding& media, MessageView& view, const CallRecord& call,
          const std::vector<MessageId>& messages, const AudioFacts& facts)
      : model_(model),
        media_(media),
        view_(view),
        call_(call),
        messages_(messages),
        facts_(facts) {}

  std::optional<HangUp> of(const AudioDirection& own, const AudioDirection& back) {
    if (own.last_leg.empty() || facts_.end_ns - own.last_ns < kTalksOnNs) return std::nullopt;
    const bool loses = loses_requests(own);
    if (goes_on(own, loses)) return std::nullopt;
    HangUp hang_up;
    hang_up.by = own.from;
    hang_up.at_ns = own.last_ns;
    note_route(&hang_up);
    if (gave_up_waiting(own) || is_refused(own, &hang_up) || says_bye_by_rtcp(own, &hang_up) ||
        loses || (hang_up.next_hop && closes_port(own, back, &hang_up)))
      return hang_up;
    return std::nullopt;
  }

 private:
  const Endpoint& end(EndpointId id) const { return model_.endpoints[id]; }

  // The party takes part in the dialog after its last packet: it sends a request other than BYE and
  // ACK, a hold mostly, or accepts a request with a 2xx. Of a party whose requests are lost, the
  // 2xx to a BYE proves nothing: some stacks answer so to any BYE.
  bool goes_on(const AudioDirection& own, bool loses) const {
    return std::any_of(messages_.begin(), messages_.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      if (message.from_caller != (own.from == Party::caller)) return false;
      if (!message.is_request())
        return message.status / 100 == 2 && message.time_ns > own.last_ns + kAboutNs &&
               !(loses && message.method == Method::bye);
      return message.method != Method::bye && message.method != Method::ack &&
             message.time_ns > own.last_ns - 3 * kAboutNs;
    });
  }
  // A callee without an ACK repeats its 2xx for 64*T1 and then ends the call (RFC 3261 13.3.1.4).
  bool gave_up_waiting(const AudioDirection& own) const {
    if (own.from != Party::callee) return false;
    for (TransactionId id = call_.first_txn; id; id = model_.transactions[id].next_in_call) {
      const TransactionRecord& txn = model_.transactions[id];
      if (txn.method != Method::invite || txn.responses < kMinCopies || !txn.succeeded()) continue;
      const int64_t last_ns = model_.messages[txn.last_message].time_ns;
      if (last_ns - txn.final_response_ns >= kGivesUpNs && own.last_ns >= last_ns - kAboutNs &&
          own.last_ns <= last_ns + kAfterLastCopyNs)
        return true;
    }
    return false;
  }
  // No ACK of the caller ever came. Its BYE goes where they went.
  bool loses_requests(const AudioDirection& own) const {
    if (own.from != Party::caller) return false;
    for (TransactionId id = call_.first_txn; id; id = model_.transactions[id].next_in_call) {
      const TransactionRecord& txn = model_.transactions[id];
      if (txn.method == Method::invite && !txn.in_dialog && txn.succeeded())
        return !txn.acked && txn.responses >= kMinCopies;
    }
    return false;
  }
  // The party answers a later request with 481: it has ended the dialog.
  bool is_refused(const AudioDirection& own, HangUp* hang_up) const {
    for (TransactionId id = call_.first_txn; id; id = model_.transactions[id].next_in_call) {
      const TransactionRecord& txn = model_.transactions[id];
      if (txn.final_status != 481 || !txn.in_dialog || txn.first_ns < own.last_ns) continue;
      const MessageRecord& answer = model_.messages[txn.final_response];
      if (answer.from_caller != (own.from == Party::caller)) continue;
      hang_up->frame = answer.frame;
      hang_up->refused = txn.final_response;
      return true;
    }
    return false;
  }
  bool says_bye_by_rtcp(const AudioDirection& own, HangUp* hang_up) const {
    return hang_up->rtcp_bye =
               std::any_of(own.last_leg.begin(), own.last_leg.end(), [&](StreamId id) {
                 const auto reports = media_.rtcp_of(end(model_.streams[id].src));
                 return std::any_of(reports.begin(), reports.end(), [&](const RtcpRecord* rtcp) {
                   return rtcp->ssrc == model_.streams[id].ssrc &&
                          rtcp->bye_ns >= own.last_ns - kAboutNs &&
                          rtcp->bye_ns <= own.last_ns + kAboutNs;
                 });
               });
  }
  // The party's own host rejects the media with ICMP, and did not do so before its RTP stopped.
  bool closes_port(const AudioDirection& own, const AudioDirection& back, HangUp* hang_up) const {
    constexpr uint8_t kUnreachable = 3, kPort = 3, kUnreachable6 = 1, kPort6 = 4;
    for (const IcmpErrorRecord& error : model_.icmp_errors) {
      const bool port = (error.type == kUnreachable && error.code == kPort) ||
                        (error.type == kUnreachable6 && error.code == kPort6);
      const bool of_back = std::any_of(back.streams.begin(), back.streams.end(), [&](StreamId id) {
        return model_.streams[id].src == error.src && model_.streams[id].dst == error.dst;
      });
      if (!port || !of_back || error.from != end(error.dst).ip) continue;
      if (error.time_ns < own.last_ns - kAboutNs) return false;
      if (error.time_ns > own.last_ns + kNoticedNs) continue;
      hang_up->frame = error.frame;
      return true;
    }
    return false;
  }

  // Where the party's BYE goes first: the route that it learnt at set-up, else the other party's
  // Contact (RFC 3261 12.1, 12.2.1.1). It is noted only if it is a private address of another
  // network than the one seen here.
  void note_route(HangUp* hang_up) {
    const bool callee = hang_up->by == Party::callee;
    MessageId learnt;
    for (const MessageId id : messages_) {
      const MessageRecord& message = model_.messages[id];
      if (message.method != Method::invite || message.is_copy()) continue;
      const bool wanted =
          callee ? message.is_request() && !message.has_to_tag : message.status / 100 == 2;
      // The newest copy is that of the hop nearest to the callee.
      if (wanted) learnt = id;
    }
    if (!learnt || !view_.load(model_.messages[learnt])) return;
    const MessageRecord& message = model_.messages[learnt];
    const auto routes = header_values(view_.sip(), HeaderId::record_route);
    hang_up->by_contact = routes.empty();
    const std::string_view first = routes.empty() ? view_.sip().value(HeaderId::contact)
                                   : callee       ? routes.front()
                                                  : routes.back();
    const auto ip = parse_ip(parse_uri(parse_name_addr(first).uri).host);
    if (!ip || !is_private_scope(scope_of(*ip))) return;
    if (scope_of(end(message.dst).ip) != AddressScope::public_) return;
    const bool lives_here = std::any_of(messages_.begin(), messages_.end(), [&](MessageId id) {
      return end(model_.messages[id].src).ip == *ip;
    });
    if (lives_here) return;
    hang_up->next_hop = *ip;
    hang_up->learnt = learnt;
  }

  const Model& model_;
  const MediaBinding& media_;
  MessageView& view_;
  const CallRecord& call_;
  const std::vector<MessageId>& messages_;
  const AudioFacts& facts_;
};

}  // namespace

std::optional<HangUp> hang_up_of(const Model& model, const MediaBinding& media, MessageView& view,
                                 const CallRecord& call, const std::vector<MessageId>& messages,
                                 const AudioFacts& facts) {
  HangUps hang_ups(model, media, view, call, messages, facts);
  if (auto by_callee = hang_ups.of(facts.from_callee, facts.from_caller)) return by_callee;
  return hang_ups.of(facts.from_caller, facts.from_callee);
}

}  // namespace sipladder
