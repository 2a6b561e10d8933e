// Part of StreamMessages: ng as the body of HTTP requests and their replies (rtpengine's
// listen-http), one behind the other on a connection.
#include <algorithm>

#include "decode/relay_control.h"
#include "decode/stream_messages.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMaxHttpHead = 16 << 10;
constexpr std::string_view kNgType = "application/x-rtpengine-ng";

// The value of a header in an HTTP head; empty when it is not there.
std::string_view http_header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::string_view line = cut(&head, '\n');
    if (!starts_no_case(line, name) || line.size() == name.size() || line[name.size()] != ':')
      continue;
    return trim(line.substr(name.size() + 1));
  }
  return {};
}

struct HttpFrame {
  size_t head = 0;    // bytes of it; 0: it is not whole
  size_t length = 0;  // with its body
  bool ng = false;
  bool bad = false;
};

HttpFrame frame_http(std::string_view bytes) {
  HttpFrame frame;
  const size_t end = bytes.substr(0, kMaxHttpHead).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    frame.bad = bytes.size() >= kMaxHttpHead;
    return frame;
  }
  const std::string_view head = bytes.substr(0, end);
  const std::string_view length = http_header(head, "content-length");
  const auto body = parse_number<size_t>(length.empty() ? "0" : length);
  frame.head = end + 4;
  frame.bad = !body || *body > kMaxRelayMessage;
  if (frame.bad) return frame;
  frame.length = frame.head + *body;
  frame.ng = starts_no_case(http_header(head, "content-type"), kNgType);
  return frame;
}

}  // namespace

bool begins_ng_http(std::string_view bytes) {
  if (!bytes.starts_with("POST ") && !bytes.starts_with("HTTP/1.1 ")) return false;
  const std::string_view head = bytes.substr(0, bytes.find("\r\n\r\n"));
  return starts_no_case(http_header(head.substr(0, kMaxHttpHead), "content-type"), kNgType);
}

void StreamMessages::deliver_ng_http(const View& view) {
  stream_.pending.append(view.text());
  if (stream_.pending.size() < stream_.needed) return;
  stream_.needed = 0;
  size_t done = 0;
  while (done < stream_.pending.size()) {
    const std::string_view rest = std::string_view(stream_.pending).substr(done);
    const HttpFrame frame = frame_http(rest);
    if (frame.bad) {
      // Nothing marks where the next one begins: the next segment tells what this is.
      stream_.kind = StreamKind::fresh;
      done = stream_.pending.size();
      break;
    }
    if (frame.head == 0 || rest.size() < frame.length) {
      stream_.needed = std::max(frame.length, rest.size() + 1);
      break;
    }
    const std::string_view body = rest.substr(frame.head, frame.length - frame.head);
    if (frame.ng && is_relay_control(body)) emit_copy(body, Transport::tcp, 0);
    done += frame.length;
  }
  stream_.pending.erase(0, done);
}

}  // namespace sipladder
