#include "export/point_compare.h"

#include <algorithm>
#include <map>
#include <set>

#include "correlate/model/message_view.h"
#include "decode/sip_message.h"
#include "decode/text.h"
#include "export/point_clock.h"
#include "export/point_match.h"
#include "export/point_streams.h"

namespace sipladder {
namespace {

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

// Names the kind of host that makes such changes. Copies of one hop show best what is between.
void name_box(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  std::set<std::string> changed, added, sdp;
  bool other_ids = false, other_ends = false;
  for (const ComparedCall& call : out->calls)
    other_ids = other_ids || call.call_id_a != call.call_id_b;
  const bool copies = std::any_of(out->messages.begin(), out->messages.end(),
                                  [](const ComparedMessage& message) { return message.same_hop; });
  for (const ComparedMessage& message : out->messages) {
    if (copies && !message.same_hop) continue;
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
  match_points(a, b, &result);
  tell_directions(a, b, &result);
  for (ComparedMessage& message : result.messages) compare_texts(a, b, &message);
  compare_streams(a, b, &result);
  name_box(a, b, &result);
  return result;
}

}  // namespace sipladder
