#include "export/point_match.h"

#include <absl/hash/hash.h>
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "correlate/model/message_view.h"
#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

struct CallFacts {
  CallId id;
  CallKind kind = CallKind::other;
  std::string call_id, from, to;
};

// The last digits of a telephone number, which stay the same whatever prefix each side writes.
std::string subscriber(std::string_view user) {
  constexpr size_t kSuffix = 7;
  const bool number =
      std::all_of(user.begin(), user.end(), [](char c) { return is_digit(c) || c == '+'; });
  return std::string(number && user.size() > kSuffix ? user.substr(user.size() - kSuffix) : user);
}

std::vector<CallFacts> calls_of_point(const ComparedPoint& point) {
  std::vector<CallFacts> result;
  MessageView view(point.log);
  for (const CallId id : point.model.calls.ids()) {
    const CallRecord& call = point.model.calls[id];
    if (!view.load(point.model.messages[call.naming_message() ? call.naming_message()
                                                              : call.first_message]))
      continue;
    const auto user = [&](HeaderId header) {
      return subscriber(parse_uri(parse_name_addr(view.sip().value(header)).uri).user);
    };
    result.push_back({id, call.kind, std::string(view.sip().value(HeaderId::call_id)),
                      user(HeaderId::from), user(HeaderId::to)});
  }
  return result;
}

// Pairs calls of the same Call-ID. Of the others it pairs calls of one kind and of the same two
// parties, in the order of time.
std::vector<ComparedCall> match_calls(const ComparedPoint& a, const ComparedPoint& b) {
  std::vector<ComparedCall> result;
  const std::vector<CallFacts> of_a = calls_of_point(a), of_b = calls_of_point(b);
  std::map<std::string, const CallFacts*> by_id;
  std::map<std::tuple<CallKind, std::string, std::string>, std::deque<const CallFacts*>> by_parties;
  for (const CallFacts& call : of_b) by_id.emplace(call.call_id, &call);
  std::set<uint32_t> taken;
  for (const CallFacts& call : of_a) {
    const auto found = by_id.find(call.call_id);
    if (found == by_id.end()) continue;
    result.push_back({call.id, found->second->id, call.call_id, call.call_id});
    taken.insert(found->second->id.value);
  }
  for (const CallFacts& call : of_b) {
    if (!taken.contains(call.id.value))
      by_parties[{call.kind, call.from, call.to}].push_back(&call);
  }
  for (const CallFacts& call : of_a) {
    if (by_id.contains(call.call_id)) continue;
    auto found = by_parties.find({call.kind, call.from, call.to});
    if (found == by_parties.end() || found->second.empty()) continue;
    const CallFacts* const other = found->second.front();
    found->second.pop_front();
    result.push_back({call.id, other->id, call.call_id, other->call_id});
  }
  std::sort(result.begin(), result.end(),
            [](const ComparedCall& x, const ComparedCall& y) { return x.a < y.a; });
  return result;
}

std::string what_is(const MessageRecord& message) {
  const std::string method(to_string(message.method));
  return message.is_request() ? method : fmt::format("{} ({})", message.status, method);
}

using Link = std::pair<EndpointId, EndpointId>;

Link link_of(const MessageRecord& message) {
  return std::minmax(message.src, message.dst);
}

struct Seen {
  MessageId id;
  // A hash of the branches of all Via lines, then without the top one, and so on.
  std::vector<uint64_t> stacks;
  bool matched = false;
  bool on_other_leg = false;  // the same message was matched where it passed another link
};

std::vector<Seen> messages_of(const ComparedPoint& point, CallId call) {
  std::vector<Seen> result;
  MessageView view(point.log);
  for (MessageId id = point.model.calls[call].first_message; id;
       id = point.model.messages[id].next_in_call) {
    const MessageRecord& message = point.model.messages[id];
    if (message.is_copy()) continue;
    Seen& seen = result.emplace_back();
    seen.id = id;
    if (!view.load_routing(message)) continue;
    const std::vector<std::string_view> values = header_values(view.sip(), HeaderId::via);
    uint64_t below = 0;
    for (size_t i = values.size(); i-- > 0;) {
      const Via via = parse_via(values[i]);
      below = absl::HashOf(via.branch.empty() ? via.host : via.branch, below);
      seen.stacks.insert(seen.stacks.begin(), below);
    }
  }
  return result;
}

// Pairs the messages of one call.
class CallMatcher {
 public:
  CallMatcher(const ComparedPoint& a, const ComparedPoint& b, const ComparedCall& call,
              Comparison* out)
      : a_(a),
        b_(b),
        call_(call),
        same_id_(call.call_id_a == call.call_id_b),
        of_a_(messages_of(a, call.a)),
        of_b_(messages_of(b, call.b)),
        out_(*out) {}

  // Returns how many copies of one hop there are.
  size_t match_copies() {
    for (const bool same_addresses : {true, false}) {
      for (const bool same_bytes : {true, false})
        match_equal([&](const Model& model, const Seen& seen, bool) {
          const MessageRecord& message = model.messages[seen.id];
          if (seen.stacks.empty()) return std::optional<uint64_t>();
          uint64_t key = absl::HashOf(message.method, message.status, seen.stacks[0]);
          if (same_addresses) {
            const Endpoint& src = model.endpoints[message.src];
            const Endpoint& dst = model.endpoints[message.dst];
            key = absl::HashOf(key, src.ip.bytes, src.port, dst.ip.bytes, dst.port);
          }
          return std::optional(same_bytes ? absl::HashOf(key, message.content_hash) : key);
        });
    }
    for (const Seen& seen : of_a_)
      if (seen.matched) shared_a_.insert(link_of(a_.model.messages[seen.id]));
    for (const Seen& seen : of_b_)
      if (seen.matched) shared_b_.insert(link_of(b_.model.messages[seen.id]));
    return copies_ = pairs_;
  }

  // Pairs what is left: the nearest hops of a message, then messages of one kind in their order.
  void match_across_hops() {
    constexpr size_t kMostHops = 8;
    for (size_t hops = 1; hops <= kMostHops && same_id_; hops++) {
      for (const bool cut_a : {true, false}) {
        match_equal([&](const Model& model, const Seen& seen, bool at_a) {
          const MessageRecord& message = model.messages[seen.id];
          const size_t cut = at_a == cut_a ? hops : 0;
          if (cut >= seen.stacks.size()) return std::optional<uint64_t>();
          return std::optional<uint64_t>(absl::HashOf(message.method, message.status,
                                                      seen.stacks[cut], tags_of(model, message)));
        });
        find_other_legs();
      }
    }
    match_equal([&](const Model& model, const Seen& seen, bool) {
      return std::optional<uint64_t>(absl::HashOf(kind_of(model.messages[seen.id])));
    });
    find_other_legs();
  }

  void note_lost() {
    note_lost(a_, call_.a, of_a_, true);
    note_lost(b_, call_.b, of_b_, false);
  }

 private:
  using Kind = std::tuple<bool, Method, uint16_t, uint32_t>;

  // One message has it on all hops.
  Kind kind_of(const MessageRecord& message) const {
    return {message.from_caller, message.method, message.status, same_id_ ? message.cseq : 0};
  }

  // Answers of several branches of a fork differ in their tags only.
  static uint64_t tags_of(const Model& model, const MessageRecord& message) {
    if (message.is_request() || !message.dialog) return 0;
    const DialogRecord& dialog = model.dialogs[message.dialog];
    return dialog.caller_tag_hash ^ dialog.callee_tag_hash;
  }

  // With copies of one hop, what passes on another hop has nothing to do with the other point.
  bool is_between(const Model& model, const Seen& seen, bool at_a) const {
    return !seen.on_other_leg &&
           (copies_ == 0 ||
            (at_a ? shared_a_ : shared_b_).contains(link_of(model.messages[seen.id])));
  }

  // Pairs messages for which `key` returns the same, in the order in which they passed.
  template <typename Key>
  void match_equal(Key key) {
    std::map<uint64_t, std::deque<Seen*>> waiting;
    for (Seen& seen : of_b_) {
      if (seen.matched || !is_between(b_.model, seen, false)) continue;
      if (const std::optional<uint64_t> of_b = key(b_.model, seen, false))
        waiting[*of_b].push_back(&seen);
    }
    for (Seen& seen : of_a_) {
      if (seen.matched || !is_between(a_.model, seen, true)) continue;
      const std::optional<uint64_t> of_a = key(a_.model, seen, true);
      const auto found = of_a ? waiting.find(*of_a) : waiting.end();
      if (found == waiting.end() || found->second.empty()) continue;
      pair(&seen, found->second.front());
      found->second.pop_front();
    }
  }

  void pair(Seen* at_a, Seen* at_b) {
    at_a->matched = at_b->matched = true;
    pairs_++;
    if (out_.messages.size() >= kMostMessages) return;
    ComparedMessage message;
    message.a = at_a->id;
    message.b = at_b->id;
    message.what = what_is(a_.model.messages[at_a->id]);
    out_.messages.push_back(std::move(message));
  }

  void find_other_legs() {
    if (copies_ != 0) return;
    find_other_legs(a_.model, &of_a_);
    find_other_legs(b_.model, &of_b_);
  }
  void find_other_legs(const Model& model, std::vector<Seen>* messages) const {
    std::map<Kind, std::set<Link>> matched;
    for (const Seen& seen : *messages) {
      const MessageRecord& message = model.messages[seen.id];
      if (seen.matched) matched[kind_of(message)].insert(link_of(message));
    }
    for (Seen& seen : *messages) {
      const MessageRecord& message = model.messages[seen.id];
      const auto found = matched.find(kind_of(message));
      if (found != matched.end() && !found->second.contains(link_of(message)))
        seen.on_other_leg = true;
    }
  }

  // Messages that go only one hop are not lost when the other point did not see them: 100 (RFC
  // 3261 17.2.1), CANCEL (9.2), ACK of a refusal (17.1.1.3).
  void note_lost(const ComparedPoint& point, CallId call, const std::vector<Seen>& messages,
                 bool at_a) {
    const bool refused = point.model.calls[call].final_status >= 300;
    for (const Seen& seen : messages) {
      const MessageRecord& message = point.model.messages[seen.id];
      const bool of_hop = message.status == 100 || message.method == Method::cancel ||
                          (message.method == Method::ack && refused);
      if (!seen.matched && !of_hop && is_between(point.model, seen, at_a))
        out_.lost.push_back({at_a, seen.id, what_is(message)});
    }
  }

  const ComparedPoint& a_;
  const ComparedPoint& b_;
  const ComparedCall& call_;
  const bool same_id_;
  std::vector<Seen> of_a_, of_b_;
  std::set<Link> shared_a_, shared_b_;  // links that have copies
  size_t pairs_ = 0, copies_ = 0;
  Comparison& out_;
};

}  // namespace

void match_points(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  out->calls = match_calls(a, b);
  size_t copies = 0;
  const auto match = [&](const ComparedCall& call) {
    CallMatcher matcher(a, b, call, out);
    const size_t first = out->messages.size();
    copies += matcher.match_copies();
    for (size_t i = first; i < out->messages.size(); i++) out->messages[i].same_hop = true;
    matcher.match_across_hops();
    matcher.note_lost();
  };
  const auto same_id = [](const ComparedCall& call) { return call.call_id_a == call.call_id_b; };
  for (const ComparedCall& call : out->calls)
    if (same_id(call)) match(call);
  // Where both points see one hop, a call of another Call-ID is another call.
  if (copies != 0)
    std::erase_if(out->calls, [&](const ComparedCall& call) { return !same_id(call); });
  for (const ComparedCall& call : out->calls)
    if (!same_id(call)) match(call);
  std::sort(out->messages.begin(), out->messages.end(),
            [](const ComparedMessage& x, const ComparedMessage& y) { return x.a < y.a; });
}

}  // namespace sipladder
