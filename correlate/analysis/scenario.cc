#include "correlate/analysis/scenario.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "correlate/model/names.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

// What a session refresh leaves as it is: for each m= line the kind of media, its address and port,
// its direction, and its first codec.
std::string media_of(const SipIndex& sip) {
  std::string media;
  for (const SdpMedia& line : parse_sdp(find_sdp(sip)).media) {
    const std::string_view first = line.formats.empty() ? "" : line.formats.front().payload;
    media += fmt::format("{} {} {} {} {}\n", line.media, line.address, line.port,
                         to_string(line.direction), first);
  }
  return media;
}

constexpr int kMaxLookBack = 64;     // transactions with one branch
constexpr size_t kMaxBranches = 64;  // of one request, that are compared with each other

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
      if (txn.method == Method::cancel && txn.invite) note_cancel(txn);
      if (txn.method != Method::invite || !txn.request) continue;
      if (!txn.in_dialog) attempts_.push_back(&txn);
      if (is_accepted_change(txn.request, context.message(txn.request))) changed_ = true;
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

  bool is_accepted_change(MessageId id, const MessageRecord& message) const {
    if (message.method != Method::invite || !message.has_sdp || !message.txn) return false;
    const TransactionRecord& txn = model_.transactions[message.txn];
    return txn.request == id && txn.in_dialog && is_success(txn.final_status);
  }
  std::optional<std::string> media_in(MessageId id) {
    if (!id || !context_.view.load(context_.message(id))) return std::nullopt;
    return media_of(context_.view.sip());
  }

  // A re-INVITE carries other media than its author's SDP before it.
  bool changes_media() {
    if (!changed_) return false;  // saves the walk over all messages
    MessageId before[2];          // newest SDP of the callee, and of the caller
    for (const MessageId id : context_.messages()) {
      const MessageRecord& message = context_.message(id);
      if (!message.has_sdp) continue;
      MessageId& newest = before[message.from_caller ? 1 : 0];
      if (is_accepted_change(id, message)) {
        const auto then = media_in(newest);
        if (!then || media_in(id) != then) return true;
      }
      newest = id;
    }
    return false;
  }

  std::string_view answered() {
    const Negotiation& n = context_.audio.negotiation;
    if (!n.holds.empty()) return n.is_held() ? "hold" : "hold-resume";
    if (const std::string_view held = held_when_first_seen(); !held.empty()) return held;
    if (is_forked()) return "forked";
    if (is_waiting()) return "call-waiting";
    return changes_media() ? "session-change" : "basic";
  }

  // A call that began before the capture can be held when it is first seen. The media before that
  // is not known, but a re-INVITE that restricts it is a hold all the same.
  std::string_view held_when_first_seen() {
    if (call_.invite_ns != 0) return {};
    Party holder = Party::none;
    for (const AudioSdp& audio_sdp : context_.audio.negotiation.audio_sdps) {
      const bool holds = restricts(audio_sdp);
      if (holder == Party::none && holds && context_.message(audio_sdp.message).is_request()) {
        holder = audio_sdp.author;
      } else if (holder == audio_sdp.author && !holds) {
        return "hold-resume";
      }
    }
    return holder == Party::none ? "" : "hold";
  }

  // The callee was talking when this call came, and put the other call on hold to take this one.
  // Only calls that began shortly before are looked at.
  bool is_waiting() {
    constexpr uint32_t kNear = 32;
    if (call_.answer_ns == 0 || attempts_.empty()) return false;
    for (uint32_t i = 1; i <= kNear && i < context_.id.value; i++) {
      const CallId id{context_.id.value - i};
      if (!model_.calls.holds(id)) continue;
      if (was_held_for_this(model_.calls[id])) return true;
    }
    return false;
  }
  bool was_held_for_this(const CallRecord& other) {
    if (!other.sdp.restricted) return false;
    const bool talking = other.answer_ns != 0 && other.answer_ns < call_.start_ns &&
                         (other.bye_ns == 0 || other.bye_ns > call_.answer_ns);
    if (!talking) return false;
    constexpr int64_t kAfterAnswerNs = 3'000'000'000;
    for (TransactionId id = other.first_txn; id; id = model_.transactions[id].next_in_call) {
      const TransactionRecord& txn = model_.transactions[id];
      const bool change = txn.method == Method::invite && txn.in_dialog && txn.request &&
                          txn.first_ns > call_.start_ns &&
                          txn.first_ns < call_.answer_ns + kAfterAnswerNs;
      if (change && is_callee(txn)) return true;
    }
    return false;
  }
  // The author of the re-INVITE is the callee of this call: the same host, and the same user.
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

  // The two transactions are one request with one branch, seen on both sides of a NAT.
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

  void note_cancel(const TransactionRecord& cancel) {
    const MessageId invite = model_.transactions[cancel.invite].first_message;
    const auto [first, is_new] = cancelled_ns_.try_emplace(invite.value, cancel.first_ns);
    if (!is_new) first->second = std::min(first->second, cancel.first_ns);
  }

  // When a branch had its final response or was given up; INT64_MAX while it is open. It is given
  // up by a CANCEL, or when its repeated INVITE gets no response at all.
  int64_t closed_ns(const TransactionRecord& branch) const {
    int64_t closed = branch.final_response_ns == 0 ? INT64_MAX : branch.final_response_ns;
    if (branch.final_status == 0 && branch.provisionals == 0 && branch.requests > 1)
      closed = branch.last_ns;
    if (!branch.cancelled) return closed;
    const auto cancel = cancelled_ns_.find(branch.first_message.value);
    return cancel == cancelled_ns_.end() ? closed : std::min(closed, cancel->second);
  }

  // Branches of one request have these in common: the host that forks it, its CSeq number, and the
  // transaction of the hop before.
  static auto fork_of(const TransactionRecord& txn) {
    return std::tuple(txn.src, txn.cseq, txn.request_path);
  }
  bool are_siblings(const TransactionRecord& a, const TransactionRecord& b) const {
    return a.dst != b.dst && !same_branch(a, b);
  }

  // Two branches of one request run at the same time. A request that comes back from an application
  // server is no such branch. Where the branches are not in the capture, two early dialogs show the
  // fork. Targets that are tried one after the other are no fork.
  bool is_forked() const {
    if (attempts_.size() < 2 && call_.dialogs < 2) return false;
    std::vector<const TransactionRecord*> branches = attempts_;
    std::stable_sort(branches.begin(), branches.end(), [](const auto* a, const auto* b) {
      return std::tuple(fork_of(*a), a->first_ns) < std::tuple(fork_of(*b), b->first_ns);
    });
    bool one_by_one = false;
    for (size_t i = 0; i < branches.size(); i++) {
      const TransactionRecord& a = *branches[i];
      // The branches behind `a` in this order begin at its time or later.
      const size_t end = std::min(branches.size(), i + 1 + kMaxBranches);
      for (size_t j = i + 1; j < end && fork_of(*branches[j]) == fork_of(a); j++) {
        if (!are_siblings(a, *branches[j])) continue;
        if (branches[j]->first_ns < closed_ns(a)) return true;
        one_by_one = true;
        break;  // the later ones begin after `a` was closed, too
      }
    }
    if (one_by_one) return false;
    return call_.dialogs > 1 && std::any_of(context_.dialogs.begin(), context_.dialogs.end(),
                                            [&](DialogId id) { return model_.dialogs[id].forked; });
  }

  // The host got an INVITE of this call and does not begin the call itself, so every INVITE that it
  // sends, with whatever CSeq number, is on behalf of the caller.
  bool is_between(EndpointId host) const {
    const IpAddress& ip = model_.endpoints[host].ip;
    return model_.endpoints[attempts_.front()->src].ip != ip &&
           std::any_of(attempts_.begin(), attempts_.end(), [&](const TransactionRecord* attempt) {
             return model_.endpoints[attempt->dst].ip == ip;
           });
  }

  static std::string_view forward_after(const TransactionRecord& failed) {
    if (failed.final_status == 486 || failed.final_status == 600) return "forward-on-busy";
    const bool no_answer = failed.final_status == 0 || failed.final_status == 487 ||
                           failed.final_status == 408 || failed.final_status == 480;
    return no_answer ? "forward-on-no-answer" : "";
  }

  // When a host sent its newest INVITE of this call: of any CSeq number, and of each number.
  struct Newest {
    int64_t any_ns = INT64_MIN;
    absl::flat_hash_map<uint32_t, int64_t> of_number_ns;
  };
  absl::flat_hash_map<uint32_t, Newest> newest_of_senders() const {
    absl::flat_hash_map<uint32_t, Newest> senders;
    for (const TransactionRecord* attempt : attempts_) {
      Newest& newest = senders[attempt->src.value];
      newest.any_ns = std::max(newest.any_ns, attempt->first_ns);
      int64_t& of_number = newest.of_number_ns.try_emplace(attempt->cseq, INT64_MIN).first->second;
      of_number = std::max(of_number, attempt->first_ns);
    }
    return senders;
  }

  static bool may_be_forwarded(const TransactionRecord& branch) {
    const bool given_up = branch.final_status == 0 && branch.cancelled;
    return (given_up || is_failure(branch)) && branch.final_status != 401 &&
           branch.final_status != 407;
  }

  // A branch failed, and after it the same request went to another target.
  std::string_view forwarded() const {
    const auto failed = [](const TransactionRecord* branch) { return may_be_forwarded(*branch); };
    if (attempts_.size() < 2 || std::none_of(attempts_.begin(), attempts_.end(), failed)) return {};
    const auto senders = newest_of_senders();
    absl::flat_hash_map<uint32_t, bool> between;  // by sender
    for (const TransactionRecord* a : attempts_) {
      if (!may_be_forwarded(*a)) continue;
      const Newest& newest = senders.at(a->src.value);
      // A branch that closed when it began must not count as an attempt after itself.
      const int64_t after_ns = std::max(closed_ns(*a), a->first_ns + 1);
      if (newest.any_ns < after_ns) continue;
      if (a->final_status / 100 == 3) return "redirect";
      const std::string_view forward = forward_after(*a);
      if (forward.empty()) continue;
      if (newest.of_number_ns.at(a->cseq) >= after_ns) return forward;
      const auto [known, is_new] = between.try_emplace(a->src.value);
      if (is_new) known->second = is_between(a->src);
      if (known->second) return forward;
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
  std::vector<const TransactionRecord*> attempts_;       // initial INVITEs, each hop
  absl::flat_hash_map<uint32_t, int64_t> cancelled_ns_;  // by the first message of an INVITE
  MessageId refer_;
  bool changed_ = false;  // a re-INVITE with SDP was accepted
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
