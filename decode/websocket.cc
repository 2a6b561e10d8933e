// SIP over WebSocket (RFC 7118), and ng, whose relay listens there too: the HTTP upgrade, then
// frames (RFC 6455 section 5.2), which may be compressed (RFC 7692). The parameters that both sides
// negotiated are not needed: every message says whether it is compressed, and it does no harm to
// keep the window for a sender that resets its own.
#include <algorithm>

#include "decode/relay_control.h"
#include "decode/sip_message.h"
#include "decode/stream_messages.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMaxUpgrade = 16 << 10;
constexpr uint8_t kFinalFrame = 0x80;
constexpr uint8_t kReserved = 0x30;  // set only by extensions that nobody uses with SIP
constexpr uint8_t kPacked = 0x40;    // compressed; set in the first frame of a message
constexpr uint8_t kControl = 0x08;
constexpr uint8_t kOpcode = 0x0F;  // 0: the frame continues a message

struct Frame {
  uint8_t first = 0;
  bool masked = false;
  size_t header = 0;
  uint64_t length = 0;

  bool valid() const {
    const unsigned opcode = first & 0x0FU;
    if ((first & kPacked) != 0 && opcode != 1 && opcode != 2) return false;
    return (first & kReserved) == 0 && (opcode <= 2 || (opcode >= 8 && opcode <= 10)) &&
           length <= kMaxMessage;
  }
};

// nullopt while the header is incomplete.
std::optional<Frame> read_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const uint8_t* p = bytes_of(bytes);
  Frame frame{p[0], (p[1] & 0x80U) != 0, 2, p[1] & 0x7FU};
  const size_t extended = frame.length == 126 ? 2 : frame.length == 127 ? 8 : 0;
  frame.header += extended + (frame.masked ? 4 : 0);
  if (bytes.size() < frame.header) return std::nullopt;
  if (extended == 2) frame.length = be16(p + 2);
  if (extended == 8) frame.length = uint64_t{be32(p + 2)} << 32 | be32(p + 6);
  return frame;
}

void append_unmasked(const Frame& frame, std::string_view bytes, std::string* out) {
  const std::string_view payload = bytes.substr(frame.header, frame.length);
  if (!frame.masked) {
    out->append(payload);
    return;
  }
  const char* key = bytes.data() + frame.header - 4;
  for (size_t i = 0; i < payload.size(); i++) {
    out->push_back(static_cast<char>(payload[i] ^ key[i % 4]));
  }
}

bool contains_no_case(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(),
                     [](char a, char b) { return lower(a) == lower(b); }) != text.end();
}

bool is_message(std::string_view payload) {
  return looks_like_sip(payload) || is_relay_control(payload);
}

}  // namespace

bool begins_websocket_upgrade(std::string_view bytes) {
  if (!bytes.starts_with("GET ") && !bytes.starts_with("HTTP/1.1 101")) return false;
  return contains_no_case(bytes.substr(0, bytes.find("\r\n\r\n")), "\nupgrade: websocket");
}

bool is_websocket_message(std::string_view bytes) {
  const auto frame = read_frame(bytes.substr(0, 14));
  if (!frame || !frame->valid() || (frame->first & kControl) != 0) return false;
  if (frame->length < 12 || frame->header + frame->length != bytes.size()) return false;
  std::string payload;
  append_unmasked(*frame, bytes, &payload);
  if ((frame->first & kPacked) == 0) return is_message(payload);
  std::string message;
  return MessageInflater().inflate(payload, kMaxMessage, &message) && is_message(message);
}

void StreamMessages::deliver_websocket(const View& view) {
  stream_.pending.append(view.text());
  if (stream_.pending.size() < stream_.needed) return;
  stream_.needed = 0;
  if (stream_.kind == StreamKind::upgrading && !cut_upgrade()) return;
  size_t done = 0;
  while (done < stream_.pending.size()) {
    const size_t length = cut_frame(std::string_view(stream_.pending).substr(done));
    if (length == 0) break;
    done += length;
  }
  stream_.pending.erase(0, done);
}

// True once the HTTP head is cut off.
bool StreamMessages::cut_upgrade() {
  const size_t end = stream_.pending.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (stream_.pending.size() > kMaxUpgrade) stream_.pending.clear();
    return false;
  }
  stream_.pending.erase(0, end + 4);
  stream_.kind = StreamKind::websocket;
  return true;
}

// Length of the frame that was taken; 0 when more bytes are needed.
size_t StreamMessages::cut_frame(std::string_view bytes) {
  const auto frame = read_frame(bytes);
  if (!frame) return 0;
  if (!frame->valid() || stream_.fragments.size() > kMaxMessage) {
    // Without the frame boundaries the next hope is the beginning of another segment.
    layers_.note(Oddity::tcp_resync);
    stream_.fragments.clear();
    return bytes.size();
  }
  const size_t length = frame->header + static_cast<size_t>(frame->length);
  if (bytes.size() < length) {
    stream_.needed = length;
    return 0;
  }
  if ((frame->first & kControl) != 0) return length;
  if ((frame->first & kOpcode) != 0) stream_.packed = (frame->first & kPacked) != 0;
  append_unmasked(*frame, bytes, &stream_.fragments);
  if ((frame->first & kFinalFrame) != 0) end_websocket_message();
  return length;
}

bool StreamMessages::unpack(std::string* message) {
  if (!stream_.inflater) stream_.inflater.emplace();
  std::string packed;
  packed.swap(*message);
  if (stream_.inflater->inflate(packed, kMaxMessage, message)) return true;
  // The message may depend on data from before the capture began. Later ones may not, so a new
  // window is begun.
  layers_.note(Oddity::websocket_unpack_failed);
  stream_.inflater.reset();
  return false;
}

void StreamMessages::end_websocket_message() {
  std::string message = std::move(stream_.fragments);
  stream_.fragments.clear();
  if (stream_.packed && !unpack(&message)) return;
  // RFC 7118 section 6: clients keep the connection alive with CRLF.
  if (trim(message).empty()) {
    keepalive_ = true;
  } else if (is_message(message)) {
    emit_copy(message, Transport::ws, 0);
  }
}

}  // namespace sipladder
