// Part of StreamMessages: the content of TLS records (SIP, WebSocket, HEP, ng) is handed on like
// the bytes of a TCP stream.
#include "decode/sip_message.h"
#include "decode/stream_messages.h"

namespace sipladder {

void StreamMessages::deliver_tls(const View& view) {
  std::vector<TlsPlain> plain;
  const uint64_t opened = stream_.tls->opened();
  stream_.tls->deliver(stream_.tls_end, view.text(), layers_.place(), &plain);
  if (view.missing > 0) stream_.tls->lose(stream_.tls_end, view.missing);
  opened_tls_ = opened_tls_ || stream_.tls->opened() > opened;
  take_plain(std::move(plain));
}

void StreamMessages::finish_tls() {
  std::vector<TlsPlain> plain;
  stream_.tls->finish(stream_.tls_end, &plain);
  take_plain(std::move(plain));
}

// Hands on each piece with the time and frame of its packet, which may have come long ago.
void StreamMessages::take_plain(std::vector<TlsPlain> plain) {
  const Packet* const now = layers_.packet;
  for (TlsPlain& piece : plain) {
    Packet packet;
    packet.time_ns = piece.place.time_ns;
    packet.frame = piece.place.frame;
    packet.source = piece.place.source;
    packet.point = piece.place.point;
    layers_.packet = &packet;
    if (piece.after_loss) forget_content();
    const std::string& bytes = layers_.kept.emplace_back(std::move(piece.bytes));
    deliver_plain({bytes_of(bytes), bytes.size(), not_stored(bytes.size()), 0});
  }
  layers_.packet = now;
}

void StreamMessages::deliver_plain(const View& view) {
  if (stream_.kind != StreamKind::fresh) return deliver_content(view);
  View whole = view;
  if (!stream_.pending.empty()) {
    const std::string& bytes =
        layers_.kept.emplace_back(std::move(stream_.pending).append(view.text()));
    stream_.pending.clear();
    whole = {bytes_of(bytes), bytes.size(), not_stored(bytes.size()), 0};
  }
  if (whole.text().find_first_not_of("\r\n") == std::string_view::npos) {
    keepalive_ = true;
  } else if (const auto kind = stream_kind(whole.text())) {
    stream_.kind = *kind;
    deliver_content(whole);
  } else if (constexpr size_t kUndecided = 12; whole.size < kUndecided) {
    stream_.pending.assign(whole.text());
  }
}

}  // namespace sipladder
