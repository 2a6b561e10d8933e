#include "correlate/rtp/relay_sessions.h"
#include "decode/relay_control.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {
namespace {

bool is_inside(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// Nothing of a message stands outside of it, or of what was unescaped.
std::string check_parts(std::string_view bytes) {
  std::string unescaped;
  const auto control = parse_relay_control(bytes, &unescaped);
  if (control.has_value() != is_relay_control(bytes)) return "unescaping changes what it is";
  if (!control) return {};
  for (const std::string_view part :
       {control->cookie, control->call_id, control->from_tag, control->to_tag, control->sdp}) {
    if (!is_inside(part, bytes) && !is_inside(part, unescaped)) return "a part from elsewhere";
  }
  return {};
}

std::string check_frame(std::string_view bytes) {
  const NgFrame frame = frame_ng(bytes);
  if (frame.length > bytes.size()) return "a frame longer than its bytes";
  if (frame.length != 0 && frame.bad) return "a bad frame with a length";
  if (frame.length == 0) return {};
  const NgFrame again = frame_ng(bytes.substr(0, frame.length));
  return again.length == frame.length ? std::string() : "a frame that needs what follows";
}

}  // namespace

// What a NUL ends is a datagram, by turns from the proxy and from the relay.
std::string relay(std::string_view input) {
  std::string wrong = check_parts(input);
  if (wrong.empty()) wrong = check_frame(input);
  Model model;
  RelaySessions sessions(model);
  Datagram datagram;
  const uint8_t address[4] = {192, 0, 2, 1};
  datagram.src = {ipv4_address(address), 1};
  datagram.dst = {ipv4_address(address), 2};
  while (!input.empty() && wrong.empty()) {
    const size_t end = std::min(input.find('\0'), input.size());
    datagram.payload = input.substr(0, end);
    datagram.time_ns++;
    input.remove_prefix(std::min(end + 1, input.size()));
    if (!sessions.add_reply(datagram)) sessions.add(datagram);
    std::swap(datagram.src, datagram.dst);
    wrong = check_parts(datagram.payload);
  }
  for (const auto& [id, session] : model.relay_sessions) {
    if (session.ports > kMaxRelayPorts) return "too many ports in a session";
  }
  sessions.make_room(SIZE_MAX);
  if (model.relay_ports.held() != 0) return "ports without a session";
  return wrong;
}

}  // namespace sipladder::fuzz
