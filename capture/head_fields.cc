// Heads of several lines, with a name and a value on each.
#include <algorithm>
#include <initializer_list>
#include <string>

#include "capture/announcement.h"
#include "capture/mentioned_ends.h"
#include "capture/text_scanner.h"

namespace sipladder {

void complete_sides(TraceHead* head) {
  if (head->way == TraceHead::Way::unknown) return;
  const bool sent = head->way == TraceHead::Way::sent;
  RawEndpoint& own = sent ? head->src : head->dst;
  RawEndpoint& other = sent ? head->dst : head->src;
  if (!own.known && head->own.known) own = head->own;
  if (!other.known && head->other.known) other = head->other;
}

bool note_head_field(std::string_view line, TraceHead* head) {
  const size_t mark = line.find_first_of(":=");
  if (mark == npos || mark > 32 || mark == 0) return false;
  std::string key = lower_text(trim_text(line.substr(0, mark)));
  std::erase_if(key, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  const std::string_view value = trim_text(line.substr(mark + 1), " \t\"',;");
  if (value.empty()) return false;
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), key) != names.end();
  };
  const auto put = [&](RawEndpoint* end) {
    Mention mention;
    const uint16_t port = end->port;
    if (!scan_address(value, 0, &mention)) return false;
    *end = mention.address;
    if (end->port == 0) end->port = port;
    return true;
  };
  if (is({"srcip", "src", "source", "sourceip", "sourceaddress", "sipsrc"})) return put(&head->src);
  if (is({"dstip", "dst", "destination", "destinationip", "destinationaddress", "destip"}))
    return put(&head->dst);
  if (is({"srcport", "sourceport"})) return Scanner(value).number(&head->src.port);
  if (is({"dstport", "destinationport", "destport"})) return Scanner(value).number(&head->dst.port);
  if (line[mark] == '=' && is({"from"})) return put(&head->src);
  if (line[mark] == '=' && is({"to"})) return put(&head->dst);
  if (is({"peer", "remote", "remoteip", "remoteaddress"})) return put(&head->other);
  if (is({"local", "localip", "localaddress"})) return put(&head->own);
  if (is({"proto", "protocol", "transport"})) {
    const auto transport = parse_transport(Scanner(value).word());
    if (transport) head->transport = transport;
    return transport.has_value();
  }
  if (is({"direction", "tag", "dir"})) {
    const TraceHead::Way way = way_in(value);
    if (way != TraceHead::Way::unknown) head->way = way;
    return way != TraceHead::Way::unknown;
  }
  if (is({"time", "timestamp", "date", "ts"}) && !head->time) {
    head->time = find_log_time(value);
    return head->time.has_value();
  }
  return false;
}

}  // namespace sipladder
