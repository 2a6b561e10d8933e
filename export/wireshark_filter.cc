#include "export/wireshark_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "correlate/model/message_view.h"
#include "export/sessions.h"

namespace sipladder {
namespace {

// A string of the filter language. Quotes, backslashes and characters beyond printable ASCII are
// written as \xNN.
std::string filter_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < 0x20 || byte > 0x7E) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string end_filter(const Endpoint& end, unsigned above) {
  return fmt::format("{} == {} && udp.port == {}", end.ip.family == 6 ? "ipv6.addr" : "ip.addr",
                     to_string(end.ip), end.port + above);
}

// Packets between both ends in both directions: RTP, and RTCP on the next ports (RFC 3550 11).
std::string media_filter(const Endpoint& a, const Endpoint& b) {
  const auto between = [&](unsigned above) {
    return fmt::format("({} && {})", end_filter(a, above), end_filter(b, above));
  };
  const bool has_next = a.port < UINT16_MAX && b.port < UINT16_MAX;
  return between(0) + (has_next ? " || " + between(1) : "");
}

}  // namespace

std::string wireshark_filter(const ExportRequest& request) {
  const Model& model = request.model;
  std::vector<CallId> calls = calls_of(request);
  if (request.sessions) calls = with_other_legs(calls, request.analyst);
  MessageView view(request.log);
  MediaBinding& media = request.analyst.media();
  media.update();
  std::vector<std::string> parts;
  std::set<std::string> call_ids;
  std::set<std::pair<Endpoint, Endpoint>> paths;
  for (const CallId id : calls) {
    if (view.load(model.messages[model.calls[id].first_message])) {
      const std::string call_id(view.sip().value(HeaderId::call_id));
      if (call_ids.insert(call_id).second)
        parts.push_back("sip.Call-ID == " + filter_string(call_id));
    }
    if (request.sip_only) continue;
    for (const StreamId stream : media.streams_of(id)) {
      const Endpoint& src = model.endpoints[model.streams[stream].src];
      const Endpoint& dst = model.endpoints[model.streams[stream].dst];
      if (paths.emplace(std::min(src, dst), std::max(src, dst)).second)
        parts.push_back(media_filter(std::min(src, dst), std::max(src, dst)));
    }
  }
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : " || ") + part;
  return all;
}

}  // namespace sipladder
