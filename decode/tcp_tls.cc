#include "decode/tcp_tls.h"

#include <deque>
#include <utility>

#include "decode/stream_messages.h"

namespace sipladder {
namespace {

// Joins a connection whose handshake was not captured, where a key log says whose secrets it has.
bool join_tls(Layers& layers, const TcpKey& key, TcpStream& stream) {
  const SecretBindings& known = layers.tls.keys().bindings();
  if (known.empty()) return false;
  for (const bool client : {true, false}) {
    const Endpoint& from = client ? key.src : key.dst;
    const Endpoint& to = client ? key.dst : key.src;
    std::vector<SecretBinding> bindings = known.of(to_string(from), to_string(to));
    if (bindings.empty()) continue;
    const auto row = layers.tls.join(from, to, layers.place());
    if (!row) return false;
    stream.tls_end = client ? TlsEnd::client : TlsEnd::server;
    stream.tls = std::make_shared<TlsSession>(layers.tls, *row, std::move(bindings));
    return true;
  }
  return false;
}

}  // namespace

bool begin_tls(Layers& layers, const TcpKey& key, TcpStream& stream, std::string_view bytes) {
  if (!is_tls_record(bytes)) return false;
  const auto back = layers.tcp.find(TcpKey{key.dst, key.src});
  if (back != layers.tcp.end() && back->second.tls != nullptr) {
    if (back->second.tls->is_closed_book()) return false;
    stream.tls = back->second.tls;
    stream.tls_end = back->second.tls_end == TlsEnd::client ? TlsEnd::server : TlsEnd::client;
    return true;
  }
  stream.tls_end = begins_tls(bytes);
  if (stream.tls_end == TlsEnd::none) return join_tls(layers, key, stream);
  const bool client = stream.tls_end == TlsEnd::client;
  stream.tls = std::make_shared<TlsSession>(layers.tls, client ? key.src : key.dst,
                                            client ? key.dst : key.src, layers.place());
  if (client && back != layers.tcp.end()) stream.tls->row().answered = true;
  return true;
}

bool begin_pending_tls(Layers& layers, const TcpKey& key, TcpStream& stream,
                       std::string_view bytes) {
  if (stream.pending.empty()) return begin_tls(layers, key, stream, bytes);
  const std::string pending = stream.pending;
  if (!begin_tls(layers, key, stream, pending + std::string(bytes))) return false;
  stream.pending.clear();
  stream.needed = 0;
  std::vector<TlsPlain> none;
  stream.tls->deliver(stream.tls_end, pending, layers.place(), &none);
  return true;
}

void note_tls_packet(Layers& layers, const TcpStream& stream, const View& payload) {
  layers.tls.note_packet(stream.tls->row_number(), is_tls_record(payload.text()), payload.size,
                         layers.place());
}

void finish_tls(Layers& layers, const TcpKey& key, TcpStream& stream) {
  if (stream.tls == nullptr) return;
  const IpHeader ip{key.src.ip, key.dst.ip, 0, 0, 0};
  StreamMessages(layers, ip, key, stream).finish_tls();
}

void keep_waiting_tls(Layers& layers, const TcpKey& key, TcpStream stream) {
  if (stream.tls == nullptr || !stream.tls->waits_for_keys(stream.tls_end)) return;
  // Those that last need room, too.
  auto& waiting = layers.tls_waiting;
  while (!waiting.empty() &&
         (waiting.size() >= kMaxTlsWaiting || !layers.tls.may_hold(kMaxTlsHeld / 4)))
    waiting.pop_front();
  // What stands behind a gap is given up with the connection.
  stream.ahead.clear();
  stream.ahead_bytes = 0;
  waiting.emplace_back(key, std::move(stream));
}

void take_new_keys(Layers& layers) {
  for (auto& [key, stream] : layers.tls_waiting) finish_tls(layers, key, stream);
  std::erase_if(layers.tls_waiting, [](const auto& one) {
    return !one.second.tls->waits_for_keys(one.second.tls_end);
  });
  for (auto& stream : layers.tcp) {
    const TlsSession* const tls = stream.second.tls.get();
    if (tls == nullptr || !tls->waits_for_keys()) continue;
    const size_t before = stream.second.buffered();
    finish_tls(layers, stream.first, stream.second);
    layers.tcp_buffered += stream.second.buffered() - before;
  }
}

}  // namespace sipladder
