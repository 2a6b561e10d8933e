#include "correlate/scenario.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/names.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

// What a refresh leaves alone: where the media goes, which way, and the codec that comes first.
std::string media_of(const SipIndex& sip) {
  std::string media;
  for (const SdpMedia& line : parse_sdp(find_sdp(sip)).media) {
    const std::string_view first = line.formats.empty() ? "" : line.formats.front().payload;
    media += fmt::format("{} {} {} {} {}\n", line.media, line.address, line.port,
                         to_string(line.direction), first);
  }
  return media;
}

constexpr int kMaxLookBack = 64;

bool is_success(uint16_t status) {
  return status >= 200 && status < 300;
}

class Recogniser {
 public:
  explicit Recogniser(CallContext& context)
      : context_(context), model_(context.model), call_(context.call) {
    for (const TransactionId id : context.transactions) {
      const TransactionRecord& txn = model_.transactions[id];
      if (txn.method == Method::refer && !is_failure(txn)) refer_ = txn.request;
      if (txn.method == Method::cancel && txn.invite) cancels_.push_back(&txn);
      if (txn.method != Method::invite || !txn.request) continue;
      (txn.in_dialog ? changes_ : attempts_).push_back(&txn);
    }
  }

  std::string_view call() {
    if (refer_) return has_replaces() ? "attended-transfer" : "blind-transfer";
    if (const std::string_view forward = forwarded(); !forward.empty()) return forward;
    if (call_.answer_ns != 0) return answered();
    switch (call_.state) {
      case CallState::busy:
        return "busy";
      case CallState::cancelled:
        return "no-answer-cancelled";
      case CallState::timeout:
      case CallState::no_answer:
        return "no-answer-timeout";
      case CallState::redirected:
        return "redirect";
      case CallState::rejected:
        return "rejected";
      case CallState::failed:
        return "failed";
      default:
        return "";
    }
  }

 private:
  static bool is_failure(const TransactionRecord& txn) { return txn.final_status >= 300; }

  // Another SDP than its author had sent before.
  bool changes_media(MessageId request) {
    const MessageRecord& now = context_.message(request);
    MessageId before;
    for (const MessageId id : context_.messages()) {
      const MessageRecord& message = context_.message(id);
      if (id == request) break;
      if (message.has_sdp && message.from_caller == now.from_caller) before = id;
    }
    if (!before || !context_.view.load(now)) return true;
    const std::string media = media_of(context_.view.sip());
    return !context_.view.load(context_.message(before)) || media_of(context_.view.sip()) != media;
  }

  std::string_view answered() {
    const Negotiation& n = context_.audio.negotiation;
    if (!n.holds.empty()) return n.is_held() ? "hold" : "hold-resume";
    if (const std::string_view held = held_when_first_seen(); !held.empty()) return held;
    if (is_forked()) return "forked";
    if (is_waiting()) return "call-waiting";
    for (const TransactionRecord* txn : changes_) {
      if (is_success(txn->final_status) && model_.messages[txn->request].has_sdp &&
          changes_media(txn->request)) {
        return "session-change";
      }
    }
    return "basic";
  }

  // Of a call that began before the capture, the first thing seen of it can be a hold: what it took
  // back is not known, but a re-INVITE that asks for it had something to take back.
  std::string_view held_when_first_seen() {
    if (call_.invite_ns != 0) return {};
    Party holder = Party::none;
    for (const SdpStand& stand : context_.audio.negotiation.stands) {
      const bool holds = restricts(stand);
      if (holder == Party::none && holds && context_.message(stand.message).is_request()) {
        holder = stand.author;
      } else if (holder == stand.author && !holds) {
        return "hold-resume";
      }
    }
    return holder == Party::none ? "" : "hold";
  }

  // The callee was talking when it came, and put the other call on hold to take it. Only the calls
  // that began shortly before are looked at.
  bool is_waiting() {
    constexpr uint32_t kNear = 32;
    if (call_.answer_ns == 0 || attempts_.empty()) return false;
    for (uint32_t i = 1; i <= kNear && i < context_.id.value; i++) {
      const CallId id{context_.id.value - i};
      if (model_.calls.holds(id) && was_held_for_this(model_.calls[id])) return true;
    }
    return false;
  }
  bool was_held_for_this(const CallRecord& other) {
    const bool talking = other.answer_ns != 0 && other.answer_ns < call_.start_ns &&
                         (other.bye_ns == 0 || other.bye_ns > call_.answer_ns);
    if (!talking || !other.sdp.restricted) return false;
    constexpr int64_t kAfterAnswer = 3'000'000'000;
    for (TransactionId id = other.first_txn; id; id = model_.transactions[id].next_in_call) {
      const TransactionRecord& txn = model_.transactions[id];
      const bool change = txn.method == Method::invite && txn.in_dialog && txn.request &&
                          txn.first_ns > call_.start_ns &&
                          txn.first_ns < call_.answer_ns + kAfterAnswer;
      if (change && is_callee(txn)) return true;
    }
    return false;
  }
  // Who sends the re-INVITE is who is called here: the same host, and the same user.
  bool is_callee(const TransactionRecord& change) {
    const MessageRecord& request = model_.messages[change.request];
    const IpAddress& host = model_.endpoints[change.src].ip;
    const bool there = std::any_of(attempts_.begin(), attempts_.end(), [&](const auto* attempt) {
      return model_.endpoints[attempt->dst].ip == host;
    });
    if (!there || !context_.view.load(request)) return false;
    const std::string user(party_name(context_.view.sip().value(HeaderId::from)));
    if (!context_.view.load(context_.message(call_.first_request))) return false;
    return party_name(context_.view.sip().value(HeaderId::to)) == user;
  }

  // Both sides of a NAT show one request with one branch.
  bool same_branch(const TransactionRecord& a, const TransactionRecord& b) const {
    const TransactionRecord& newer = a.first_message > b.first_message ? a : b;
    const TransactionRecord& older = &newer == &a ? b : a;
    TransactionId id = newer.next_same_branch;
    for (int steps = 0; id && steps < kMaxLookBack; steps++) {
      if (model_.transactions[id].first_message == older.first_message) return true;
      id = model_.transactions[id].next_same_branch;
    }
    return false;
  }

  // When a branch had its final response, or was given up: with a CANCEL, or because nothing came
  // back however often it was sent.
  int64_t closed_ns(const TransactionRecord& branch) const {
    int64_t closed = branch.final_response_ns == 0 ? INT64_MAX : branch.final_response_ns;
    if (branch.final_status == 0 && branch.provisionals == 0 && branch.requests > 1)
      closed = branch.last_ns;
    if (!branch.cancelled) return closed;
    for (const TransactionRecord* cancel : cancels_) {
      const bool its = model_.transactions[cancel->invite].first_message == branch.first_message;
      if (its) closed = std::min(closed, cancel->first_ns);
    }
    return closed;
  }
  bool are_siblings(const TransactionRecord& a, const TransactionRecord& b) const {
    return &a != &b && a.src == b.src && a.dst != b.dst && a.cseq == b.cseq &&
           a.request_path == b.request_path && !same_branch(a, b);
  }

  // Two branches of one request that run at the same time (not the request on its way back from an
  // application server); or, of branches that are not in the capture, two early dialogs. Targets
  // that are tried one after the other are no fork.
  bool is_forked() const {
    bool one_by_one = false;
    for (const TransactionRecord* a : attempts_) {
      for (const TransactionRecord* b : attempts_) {
        if (!are_siblings(*a, *b) || b->first_ns < a->first_ns) continue;
        if (b->first_ns < closed_ns(*a)) return true;
        one_by_one = true;
      }
    }
    if (one_by_one) return false;
    return call_.dialogs > 1 && std::any_of(context_.dialogs.begin(), context_.dialogs.end(),
                                            [&](DialogId id) { return model_.dialogs[id].forked; });
  }

  // What it sends, under whatever number, is for the caller.
  bool is_between(EndpointId host) const {
    const auto is_it = [&](EndpointId id) {
      return model_.endpoints[id].ip == model_.endpoints[host].ip;
    };
    return !is_it(attempts_.front()->src) &&
           std::any_of(attempts_.begin(), attempts_.end(),
                       [&](const TransactionRecord* attempt) { return is_it(attempt->dst); });
  }

  // A branch failed, and after it the same request went to another target.
  std::string_view forwarded() const {
    for (const TransactionRecord* a : attempts_) {
      const bool given_up = a->final_status == 0 && a->cancelled;
      if (!given_up && !is_failure(*a)) continue;
      if (a->final_status == 401 || a->final_status == 407) continue;
      for (const TransactionRecord* b : attempts_) {
        const bool later = a != b && b->src == a->src && b->first_ns >= closed_ns(*a);
        if (later && a->final_status / 100 == 3) return "redirect";
        if (!later || (b->cseq != a->cseq && !is_between(a->src))) continue;
        if (a->final_status == 486 || a->final_status == 600) return "forward-on-busy";
        if (given_up || a->final_status == 487 || a->final_status == 408 ||
            a->final_status == 480) {
          return "forward-on-no-answer";
        }
      }
    }
    return {};
  }

  bool has_replaces() {
    if (!context_.view.load(model_.messages[refer_])) return false;
    const NameAddr target = parse_name_addr(context_.view.sip().value(HeaderId::refer_to));
    const std::string_view headers = parse_uri(target.uri).headers;
    return starts_no_case(headers, "Replaces=") ||
           headers.find("&Replaces=") != std::string_view::npos;
  }

  CallContext& context_;
  const Model& model_;
  const CallRecord& call_;
  std::vector<const TransactionRecord*> attempts_;  // initial INVITEs, each hop
  std::vector<const TransactionRecord*> changes_;   // re-INVITEs
  std::vector<const TransactionRecord*> cancels_;
  MessageId refer_;
};

std::string_view registration(CallContext& context) {
  const MessageId request = context.call.first_request;
  if (!request || !context.view.load(context.message(request))) return "";
  const SipIndex& sip = context.view.sip();
  if (!sip.has(HeaderId::contact)) return "query";
  if (context.call.unregisters) return "unregister";
  const auto from = parse_uri(parse_name_addr(sip.value(HeaderId::from)).uri);
  const auto to = parse_uri(parse_name_addr(sip.value(HeaderId::to)).uri);
  const bool own = equal_no_case(from.user, to.user) && equal_no_case(from.host, to.host);
  return own ? "register" : "third-party-register";
}

}  // namespace

std::string_view scenario_of(CallContext& context) {
  switch (context.call.kind) {
    case CallKind::call:
      return Recogniser(context).call();
    case CallKind::registration:
      return registration(context);
    case CallKind::subscription:
      return "subscribe-notify";
    case CallKind::options:
      return "options-ping";
    case CallKind::message:
      return "message";
    case CallKind::publish:
      return "publish";
    case CallKind::other:
      return "";
  }
  return "";
}

}  // namespace sipladder
