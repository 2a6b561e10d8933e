// Private to decode/: cuts the bytes of one direction of a TCP connection into SIP messages, by
// Content-Length (RFC 3261 18.3) or by WebSocket frames (RFC 7118), and into those of HEP and ng.
#pragma once

#include "decode/layers.h"

namespace sipladder {

class StreamMessages {
 public:
  // All arguments must outlive this. `ip` and `key` are of the direction that `stream` is.
  StreamMessages(Layers& layers, const IpHeader& ip, const TcpKey& key, TcpStream& stream)
      : layers_(layers), ip_(ip), key_(key), stream_(stream) {}

  void deliver(const View& view);                        // the next bytes of the stream, in order
  void lose(const TcpSegment& next, bool acknowledged);  // the bytes before `next` never come

  bool waiting() const { return !stream_.pending.empty() || !stream_.fragments.empty(); }
  bool keepalive() const { return keepalive_; }
  bool opened_tls() const { return opened_tls_; }  // a TLS record that came could be decrypted

  // Only for a TLS connection: tries the records that wait for keys. (tls/stream_content.cc)
  void finish_tls();

 private:
  void deliver_content(const View& view);
  void deliver_tls(const View& view);
  void take_plain(std::vector<TlsPlain> plain);
  void deliver_plain(const View& view);
  void forget_content();

  void deliver_sip(View view);
  bool find_start(View* view);
  bool is_worth_framing(size_t had) const;
  void cut_pending();
  void emit_copy(std::string_view message, Transport transport, size_t missing);
  void emit(const View& message, Transport transport);

  bool is_worth_reading_ng() const;
  void deliver_ng(const View& view);
  void deliver_ng_http(const View& view);  // ng_http.cc
  void deliver_hep(const View& view);
  size_t cut_hep(const View& view);

  void deliver_websocket(const View& view);  // websocket.cc
  bool cut_upgrade();
  size_t cut_frame(std::string_view bytes);
  bool unpack(std::string* message);
  void end_websocket_message();

  Layers& layers_;
  const IpHeader& ip_;
  const TcpKey& key_;
  TcpStream& stream_;
  bool keepalive_ = false;
  bool opened_tls_ = false;
};

// The kind of a stream that begins with these bytes; nullopt when it carries no SIP or HEP.
std::optional<StreamKind> stream_kind(std::string_view bytes);
bool begins_websocket_upgrade(std::string_view bytes);
bool begins_ng_http(std::string_view bytes);
// Whether the bytes are one whole WebSocket frame with a SIP message or ng, for streams whose HTTP
// upgrade was not captured.
bool is_websocket_message(std::string_view bytes);

// The next SIP start-line that begins a line behind `from`; npos when there is none.
size_t find_sip_start(std::string_view bytes, size_t from);

inline constexpr size_t kMaxMessage = 1 << 20;

}  // namespace sipladder
