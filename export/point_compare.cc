#include "export/point_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <set>
#include <tuple>

#include "correlate/model/message_view.h"
#include "decode/sip_message.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr double kNsPerMs = 1e6;

struct CallFacts {
  CallId id;
  std::string call_id, from, to;
  int64_t start_ns = 0;
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
    result.push_back({id, std::string(view.sip().value(HeaderId::call_id)), user(HeaderId::from),
                      user(HeaderId::to), call.start_ns});
  }
  return result;
}

// Pairs calls of the same Call-ID. Of the others it pairs calls of the same two parties, in the
// order of time.
std::vector<ComparedCall> match_calls(const ComparedPoint& a, const ComparedPoint& b) {
  std::vector<ComparedCall> result;
  const std::vector<CallFacts> of_a = calls_of_point(a), of_b = calls_of_point(b);
  std::map<std::string, const CallFacts*> by_id;
  std::map<std::pair<std::string, std::string>, std::deque<const CallFacts*>> by_parties;
  for (const CallFacts& call : of_b) by_id.emplace(call.call_id, &call);
  std::set<uint32_t> taken;
  for (const CallFacts& call : of_a) {
    const auto found = by_id.find(call.call_id);
    if (found == by_id.end()) continue;
    result.push_back({call.id, found->second->id, call.call_id, call.call_id});
    taken.insert(found->second->id.value);
  }
  for (const CallFacts& call : of_b) {
    if (!taken.contains(call.id.value)) by_parties[{call.from, call.to}].push_back(&call);
  }
  for (const CallFacts& call : of_a) {
    if (by_id.contains(call.call_id)) continue;
    auto found = by_parties.find({call.from, call.to});
    if (found == by_parties.end() || found->second.empty()) continue;
    const CallFacts* const other = found->second.front();
    found->second.pop_front();
    result.push_back({call.id, other->id, call.call_id, other->call_id});
  }
  std::sort(result.begin(), result.end(),
            [](const ComparedCall& x, const ComparedCall& y) { return x.a < y.a; });
  return result;
}

// Identifies a message within its call: its sender, its kind, and its number among messages of the
// same kind.
using MessageKey = std::tuple<bool, Method, uint16_t, uint32_t, uint32_t>;

std::map<MessageKey, MessageId> messages_of(const Model& model, CallId call, bool same_call_id) {
  std::map<MessageKey, MessageId> result;
  std::map<MessageKey, uint32_t> count;
  for (MessageId id = model.calls[call].first_message; id; id = model.messages[id].next_in_call) {
    const MessageRecord& message = model.messages[id];
    if (message.is_copy()) continue;
    MessageKey key{message.from_caller, message.method, message.status,
                   same_call_id ? message.cseq : 0, 0};
    std::get<4>(key) = count[key]++;
    result.emplace(key, id);
  }
  return result;
}

std::string what_is(const MessageRecord& message) {
  const std::string method(to_string(message.method));
  return message.is_request() ? method : fmt::format("{} ({})", message.status, method);
}

// Compares the lines of one name on both sides. Lines that both sides have are dropped. Of the
// rest, pairs count as changed, and the surplus of one side as added or removed.
void compare_lines(const std::string& name, std::vector<std::string> from,
                   std::vector<std::string> to, ComparedMessage* out,
                   std::vector<HeaderChange>* changed) {
  std::map<std::string, size_t> both;  // how many lines of one text are to be dropped on each side
  std::map<std::string_view, size_t> of_from;
  for (const std::string& line : from) of_from[line]++;
  for (const std::string& line : to) {
    const auto same = of_from.find(line);
    if (same == of_from.end() || same->second == 0) continue;
    same->second--;
    both[line]++;
  }
  for (std::vector<std::string>* const lines : {&from, &to}) {
    std::map<std::string_view, size_t> left(both.begin(), both.end());
    std::erase_if(*lines, [&](const std::string& line) {
      const auto same = left.find(line);
      if (same == left.end() || same->second == 0) return false;
      same->second--;
      return true;
    });
  }
  const size_t pairs = std::min(from.size(), to.size());
  for (size_t i = 0; i < pairs; i++) changed->push_back({name, from[i], to[i]});
  for (size_t i = pairs; i < from.size(); i++) out->removed.push_back({name, from[i], {}});
  for (size_t i = pairs; i < to.size(); i++) out->added.push_back({name, {}, to[i]});
}

using NamedLines =
    std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>>;

void gather_headers(const SipIndex& sip, bool second, NamedLines* lines) {
  for (const HeaderLine& line : sip.headers) {
    const std::string name(line.id == HeaderId::other ? line.name : header_info(line.id).name);
    auto& [a, b] = (*lines)[name];
    const bool list = line.id != HeaderId::other && header_info(line.id).comma_list;
    const std::string value = unfold(line.value);
    for (const std::string_view one :
         list ? split_list(value) : std::vector<std::string_view>{value})
      (second ? b : a).emplace_back(trim(one));
  }
}

void gather_sdp(std::string_view sdp, bool second, NamedLines* lines) {
  while (!sdp.empty()) {
    const std::string_view line = trim(cut(&sdp, '\n'));
    if (line.size() < 2) continue;
    auto& [a, b] = (*lines)[std::string(line.substr(0, 1))];
    (second ? b : a).emplace_back(line);
  }
}

void compare_texts(const ComparedPoint& a, const ComparedPoint& b, ComparedMessage* out) {
  MessageView from(a.log), to(b.log);
  const ComparedPoint& first = out->toward_b ? a : b;
  const ComparedPoint& second = out->toward_b ? b : a;
  const MessageId before = out->toward_b ? out->a : out->b;
  const MessageId after = out->toward_b ? out->b : out->a;
  MessageView& earlier = out->toward_b ? from : to;
  MessageView& later = out->toward_b ? to : from;
  if (!earlier.load(first.model.messages[before]) || !later.load(second.model.messages[after]))
    return;
  if (earlier.sip().request_uri != later.sip().request_uri)
    out->changed.push_back({"Request-URI", std::string(earlier.sip().request_uri),
                            std::string(later.sip().request_uri)});
  NamedLines headers, sdp;
  gather_headers(earlier.sip(), false, &headers);
  gather_headers(later.sip(), true, &headers);
  for (const auto& [name, lines] : headers)
    compare_lines(name, lines.first, lines.second, out, &out->changed);
  gather_sdp(find_sdp(earlier.sip()), false, &sdp);
  gather_sdp(find_sdp(later.sip()), true, &sdp);
  ComparedMessage body;
  for (const auto& [name, lines] : sdp)
    compare_lines(name, lines.first, lines.second, &body, &out->sdp);
  for (const auto* const more : {&body.removed, &body.added})
    out->sdp.insert(out->sdp.end(), more->begin(), more->end());
}

// Estimates the offset of the clocks: no message arrives before it was sent, so each direction
// bounds the offset from one side.
void estimate_clock(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  std::vector<double> caller, callee;
  for (const ComparedMessage& message : out->messages) {
    const double ms = static_cast<double>(b.model.messages[message.b].time_ns -
                                          a.model.messages[message.a].time_ns) /
                      kNsPerMs;
    (a.model.messages[message.a].from_caller ? caller : callee).push_back(ms);
  }
  out->clock_error_ms = -1;
  if (caller.empty() && callee.empty()) return;
  const auto least = [](const std::vector<double>& all) {
    return *std::min_element(all.begin(), all.end());
  };
  const auto most = [](const std::vector<double>& all) {
    return *std::max_element(all.begin(), all.end());
  };
  const auto middle = [](std::vector<double> all) {
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2),
                     all.end());
    return all[all.size() / 2];
  };
  if (caller.empty() || callee.empty()) {
    out->clock_offset_ms = least(caller.empty() ? callee : caller);
    for (ComparedMessage& message : out->messages) message.toward_b = true;
    return;
  }
  const bool a_is_callers = middle(caller) >= middle(callee);
  const double low = most(a_is_callers ? callee : caller);
  const double high = least(a_is_callers ? caller : callee);
  out->clock_offset_ms = (low + high) / 2;
  out->clock_error_ms = std::abs(high - low) / 2;
  for (ComparedMessage& message : out->messages)
    message.toward_b = a.model.messages[message.a].from_caller == a_is_callers;
}

void compare_calls(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  for (const ComparedCall& call : out->calls) {
    const bool same = call.call_id_a == call.call_id_b;
    const auto of_a = messages_of(a.model, call.a, same), of_b = messages_of(b.model, call.b, same);
    for (const auto& [key, id] : of_a) {
      const auto found = of_b.find(key);
      if (found == of_b.end() || out->messages.size() >= kMostMessages) continue;
      ComparedMessage message;
      message.a = id;
      message.b = found->second;
      message.what = what_is(a.model.messages[id]);
      out->messages.push_back(std::move(message));
    }
    // Messages that go only one hop are not lost when the other point did not see them: 100 (RFC
    // 3261 17.2.1), CANCEL (9.2), ACK of a refusal (17.1.1.3).
    const bool refused = a.model.calls[call.a].final_status >= 300;
    const auto note_lost = [&](const ComparedPoint& point, const auto& here, const auto& there,
                               bool at_a) {
      for (const auto& [key, id] : here) {
        const MessageRecord& message = point.model.messages[id];
        const bool of_hop = message.status == 100 || message.method == Method::cancel ||
                            (message.method == Method::ack && refused);
        if (!of_hop && !there.contains(key)) out->lost.push_back({at_a, id, what_is(message)});
      }
    };
    note_lost(a, of_a, of_b, true);
    note_lost(b, of_b, of_a, false);
  }
}

void compare_streams(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  std::map<std::pair<uint32_t, uint8_t>, StreamId> of_b;
  a.analyst.media().update();
  b.analyst.media().update();
  for (const StreamId id : b.model.streams.ids()) {
    const StreamRecord& stream = b.model.streams[id];
    if (b.analyst.media().is_listed(id))
      of_b.emplace(std::pair(stream.ssrc, stream.payload_type), id);
  }
  for (const StreamId id : a.model.streams.ids()) {
    const StreamRecord& one = a.model.streams[id];
    const auto found = of_b.find({one.ssrc, one.payload_type});
    if (found == of_b.end() || !a.analyst.media().is_listed(id)) continue;
    const StreamRecord& other = b.model.streams[found->second];
    ComparedStream stream;
    stream.ssrc = one.ssrc;
    stream.packets_a = one.distinct();
    stream.packets_b = other.distinct();
    const double ms =
        static_cast<double>(other.first_ns - one.first_ns) / kNsPerMs - out->clock_offset_ms;
    const bool same_first = one.sequence.base == other.sequence.base;
    stream.toward_b = same_first ? ms >= 0 : stream.packets_a >= stream.packets_b;
    stream.delay_ms = same_first ? std::abs(ms) : 0;
    const uint32_t sent = stream.toward_b ? stream.packets_a : stream.packets_b;
    const uint32_t came = stream.toward_b ? stream.packets_b : stream.packets_a;
    stream.lost = sent > came ? sent - came : 0;
    out->rtp_lost += stream.lost;
    out->streams.push_back(stream);
  }
}

// Names the kind of host that makes such changes.
void name_box(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  std::set<std::string> changed, added, sdp;
  bool other_ids = false, other_ends = false;
  for (const ComparedCall& call : out->calls)
    other_ids = other_ids || call.call_id_a != call.call_id_b;
  for (const ComparedMessage& message : out->messages) {
    for (const HeaderChange& change : message.changed) changed.insert(change.name);
    for (const HeaderChange& change : message.added) added.insert(change.name);
    for (const HeaderChange& change : message.sdp) sdp.insert(change.name);
    const MessageRecord& one = a.model.messages[message.a];
    const MessageRecord& other = b.model.messages[message.b];
    other_ends = other_ends || a.model.endpoints[one.src] != b.model.endpoints[other.src] ||
                 a.model.endpoints[one.dst] != b.model.endpoints[other.dst];
  }
  for (const std::string& name : changed) out->rewrites.push_back(name);
  const bool media = sdp.contains("c") || sdp.contains("m") || sdp.contains("a");
  if (media) out->rewrites.emplace_back("SDP");
  if (out->messages.empty()) {
    out->box = "unknown: no message of one is in the other";
  } else if (other_ids || changed.contains("Call-ID") || changed.contains("From")) {
    out->box = "a B2BUA: it makes a call of its own";
  } else if (added.contains("Via")) {
    out->box =
        added.contains("Record-Route") ? "a proxy that stays in the path of the dialog" : "a proxy";
  } else if (!changed.empty() || media) {
    out->box = "an ALG: it rewrites messages without a Via of its own";
  } else {
    out->box = other_ends ? "a NAT or router: addresses of packets change, messages do not"
                          : "a network path: nothing is changed";
  }
  if (media && out->box.find("ALG") == std::string::npos) out->box += ", and it changes SDP";
}

}  // namespace

Comparison compare_points(const ComparedPoint& a, const ComparedPoint& b) {
  Comparison result;
  result.calls = match_calls(a, b);
  compare_calls(a, b, &result);
  estimate_clock(a, b, &result);
  for (ComparedMessage& message : result.messages) {
    const double ms = static_cast<double>(b.model.messages[message.b].time_ns -
                                          a.model.messages[message.a].time_ns) /
                          kNsPerMs -
                      result.clock_offset_ms;
    message.delay_ms = message.toward_b ? ms : 0 - ms;
    compare_texts(a, b, &message);
  }
  std::sort(result.messages.begin(), result.messages.end(),
            [](const ComparedMessage& x, const ComparedMessage& y) { return x.a < y.a; });
  compare_streams(a, b, &result);
  name_box(a, b, &result);
  return result;
}

}  // namespace sipladder
