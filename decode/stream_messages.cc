#include "decode/stream_messages.h"

#include <algorithm>

#include "decode/hep.h"
#include "decode/relay_control.h"
#include "decode/sip_message.h"

namespace sipladder {

std::optional<StreamKind> stream_kind(std::string_view bytes) {
  if (looks_like_sip(bytes)) return StreamKind::sip;
  if (is_hep3(bytes)) return StreamKind::hep;
  if (begins_websocket_upgrade(bytes)) return StreamKind::upgrading;
  if (is_websocket_message(bytes)) return StreamKind::websocket;
  if (begins_ng(bytes)) return StreamKind::ng;
  if (begins_ng_http(bytes)) return StreamKind::ng_http;
  if (bytes.find("SIP/2.0") == std::string_view::npos) return std::nullopt;
  if (find_sip_start(bytes, 0) == std::string_view::npos) return std::nullopt;
  return StreamKind::sip;
}

size_t find_sip_start(std::string_view bytes, size_t from) {
  for (size_t at = bytes.find('\n', from); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    // A line end is no start, but looks_like_sip() would skip it.
    const bool line = at + 1 < bytes.size() && bytes[at + 1] != '\r' && bytes[at + 1] != '\n';
    if (line && looks_like_sip(bytes.substr(at + 1))) return at + 1;
  }
  return std::string_view::npos;
}

void StreamMessages::deliver(const View& view) {
  if (stream_.tls != nullptr) return deliver_tls(view);
  deliver_content(view);
}

void StreamMessages::deliver_content(const View& view) {
  if (stream_.kind == StreamKind::upgrading || stream_.kind == StreamKind::websocket) {
    deliver_websocket(view);
  } else if (stream_.kind == StreamKind::hep) {
    deliver_hep(view);
  } else if (stream_.kind == StreamKind::ng) {
    deliver_ng(view);
  } else if (stream_.kind == StreamKind::ng_http) {
    deliver_ng_http(view);
  } else if (stream_.pending.empty()) {
    deliver_sip(view);
  } else {
    const size_t had = stream_.pending.size();
    stream_.pending.append(view.text());
    if (is_worth_framing(had)) cut_pending();
  }
  if (view.missing == 0) return;
  // The snap length cut the segment: what is there of its message is handed on.
  const std::string rest = std::move(stream_.pending);
  stream_.pending.clear();
  stream_.needed = 0;
  if (stream_.kind == StreamKind::sip && looks_like_sip(rest)) {
    emit_copy(rest, Transport::tcp, view.missing);
  } else if (stream_.kind == StreamKind::ng && is_relay_control(rest)) {
    emit_copy(rest, Transport::tcp, view.missing);
  } else if (stream_.kind == StreamKind::hep && is_hep3(rest)) {
    const std::string& copy = layers_.kept.emplace_back(rest);
    const PacketRef ref = not_stored(copy.size());
    decode_hep(layers_, {bytes_of(copy), copy.size(), ref, view.missing});
  }
}

void StreamMessages::lose(const TcpSegment& next, bool acknowledged) {
  // A gap counts only in a stream with SIP: a connection that was seen from its beginning may carry
  // anything.
  const bool told = stream_.kind != StreamKind::fresh;
  const bool sip = told || (stream_.tls == nullptr && stream_kind(next.bytes).has_value());
  if (sip) layers_.note(acknowledged ? Oddity::tcp_gap_acknowledged : Oddity::tcp_gap);
  if (sip && layers_.tcp_gaps.size() < kMaxTcpGaps) {
    layers_.tcp_gaps.push_back({key_.src, key_.dst, stream_.known_ns, next.time_ns,
                                stream_.known_frame, next.frame, next.sequence - stream_.next,
                                acknowledged});
  }
  if (stream_.tls != nullptr) stream_.tls->lose(stream_.tls_end, next.sequence - stream_.next);
  forget_content();
}

void StreamMessages::forget_content() {
  stream_.pending.clear();
  stream_.fragments.clear();
  stream_.inflater.reset();
  stream_.needed = 0;
}

// Whole messages of one packet stay where they are; only a rest is copied.
void StreamMessages::deliver_sip(View view) {
  while (view.size > 0) {
    const SipFrame frame = frame_sip(view.text());
    if (frame.bad || frame.needed > kMaxMessage) {
      if (!frame.bad) layers_.note(Oddity::tcp_message_too_long);
      if (!find_start(&view)) return;
      continue;
    }
    if (frame.skip == view.size) {
      keepalive_ = true;
      return;
    }
    if (frame.length == 0) {
      stream_.pending.assign(view.text().substr(frame.skip));
      stream_.needed = frame.needed;
      return;
    }
    emit(view.sub(frame.skip, frame.length), Transport::tcp);
    view = view.sub(frame.skip + frame.length);
  }
}

// Whether the pending ng message may be whole now. Reading begins at its first byte each time: it
// is read again only where it may end, and no more bytes are read in vain than a few times its
// length.
bool StreamMessages::is_worth_reading_ng() const {
  constexpr size_t kTimes = 8, kLeast = 16 << 10;
  const std::string& bytes = stream_.pending;
  if (stream_.read_in_vain == 0 || bytes.size() > kMaxRelayMessage) return true;
  const bool may_end = bytes.back() == 'e' || bytes.back() == '}';
  return may_end && stream_.read_in_vain + bytes.size() <= kTimes * bytes.size() + kLeast;
}

void StreamMessages::deliver_ng(const View& view) {
  stream_.pending.append(view.text());
  if (stream_.pending.empty() || !is_worth_reading_ng()) return;
  stream_.read_in_vain += stream_.pending.size();
  size_t done = 0;
  while (true) {
    done = std::min(stream_.pending.find_first_not_of("\r\n", done), stream_.pending.size());
    const std::string_view rest = std::string_view(stream_.pending).substr(done);
    const NgFrame frame = frame_ng(rest);
    if (!frame.bad && frame.length == 0) {
      stream_.read_in_vain = std::max(stream_.read_in_vain, rest.size());
      break;
    }
    const std::string_view message = rest.substr(0, frame.length);
    stream_.read_in_vain = 0;
    if (frame.bad || !is_relay_control(message)) {
      // Nothing marks where the next one begins: the next segment tells what this is.
      stream_.kind = StreamKind::fresh;
      done = stream_.pending.size();
      break;
    }
    emit_copy(message, Transport::tcp, 0);
    done += frame.length;
  }
  stream_.pending.erase(0, done);
}

void StreamMessages::deliver_hep(const View& view) {
  View whole = view;
  if (!stream_.pending.empty()) {
    stream_.pending.append(view.text());
    if (stream_.pending.size() < stream_.needed) return;
    const std::string& copy = layers_.kept.emplace_back(std::move(stream_.pending));
    whole = {bytes_of(copy), copy.size(), not_stored(copy.size()), 0};
  }
  stream_.pending.clear();
  stream_.needed = 0;
  while (whole.size > 0) {
    const size_t length = cut_hep(whole);
    if (length == 0) break;
    whole = whole.sub(length);
  }
  stream_.pending.assign(whole.text());
}

// Decodes or skips what `view` begins with. Returns how many bytes that are; 0 when more are
// needed.
size_t StreamMessages::cut_hep(const View& view) {
  constexpr std::string_view kMagic = "HEP3";
  const std::string_view bytes = view.text();
  const std::string_view begin = bytes.substr(0, kMagic.size());
  if (!kMagic.starts_with(begin) || (bytes.size() >= 6 && hep3_length(bytes) < 6)) {
    layers_.note(Oddity::tcp_resync);
    return std::min(bytes.find(kMagic, 1), bytes.size());
  }
  if (bytes.size() < 6) return 0;
  const size_t length = hep3_length(bytes);
  if (bytes.size() < length) {
    stream_.needed = length;
    return 0;
  }
  decode_hep(layers_, view.sub(0, length));
  return length;
}

bool StreamMessages::find_start(View* view) {
  layers_.note(Oddity::tcp_resync);
  const size_t at = find_sip_start(view->text(), 0);
  if (at == std::string_view::npos) return false;
  *view = view->sub(at);
  return true;
}

// Whether the bytes behind the first `had` pending ones may end the start-line, the headers or the
// message. Framing reads a message from its beginning: without this test, many small segments would
// make it read the same bytes again and again.
bool StreamMessages::is_worth_framing(size_t had) const {
  constexpr size_t kStartTold = 128;  // bytes that are enough to tell whether SIP begins
  const std::string_view bytes = stream_.pending;
  if (stream_.needed != 0) return bytes.size() >= stream_.needed;
  if (had < kStartTold || bytes.size() > kMaxHeaderBytes) return true;
  const std::string_view come = bytes.substr(had);
  if (come.find('\n') == std::string_view::npos) return false;
  const bool ends_start_line = bytes.substr(0, had).find('\n') == std::string_view::npos;
  return ends_start_line || end_of_headers(bytes.substr(had - 3)) != std::string_view::npos;
}

void StreamMessages::cut_pending() {
  const std::string bytes = std::move(stream_.pending);
  stream_.pending.clear();
  stream_.needed = 0;
  size_t done = 0;
  while (done < bytes.size()) {
    const std::string_view rest = std::string_view(bytes).substr(done);
    const SipFrame frame = frame_sip(rest);
    const bool too_long =
        frame.needed > kMaxMessage || (frame.length == 0 && rest.size() > kMaxMessage);
    if (frame.bad || too_long) {
      layers_.note(too_long ? Oddity::tcp_message_too_long : Oddity::tcp_resync);
      // Half of headers that never end is skipped at once. Else each start-line among them would
      // make all bytes behind it be searched for an end.
      if (frame.bad && rest.size() > kMaxHeaderBytes) done += rest.size() / 2;
      done = std::min(bytes.size(), find_sip_start(bytes, done));
    } else if (frame.skip == rest.size()) {
      return;
    } else if (frame.length == 0) {
      stream_.pending.assign(rest.substr(frame.skip));
      stream_.needed = frame.needed;
      return;
    } else {
      emit_copy(rest.substr(frame.skip, frame.length), Transport::tcp, 0);
      done += frame.skip + frame.length;
    }
  }
}

void StreamMessages::emit_copy(std::string_view message, Transport transport, size_t missing) {
  const std::string& copy = layers_.kept.emplace_back(message);
  const PacketRef ref = not_stored(copy.size());
  emit({bytes_of(copy), copy.size(), ref, missing}, transport);
}

void StreamMessages::emit(const View& message, Transport transport) {
  Datagram& datagram = layers_.hand_on(ip_, key_.src.port, key_.dst.port, message);
  datagram.kind = PayloadKind::message;
  datagram.transport = transport;
  if (stream_.tls == nullptr) return;
  datagram.transport = transport == Transport::ws ? Transport::wss : Transport::tls;
  if (looks_like_sip(message.text())) stream_.tls->row().sip = true;
}

}  // namespace sipladder
