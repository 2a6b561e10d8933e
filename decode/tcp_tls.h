// Private to decode/: the TLS session of a TCP connection, which both of its directions share.
#pragma once

#include "decode/layers.h"

namespace sipladder {

inline constexpr size_t kMaxTlsWaiting = 1024;

// Gives `stream` a TLS session, if `bytes` begin with a TLS record and either the other direction
// has a session, the record is a hello, or a key log binds secrets to these ends. False when none
// of it is so. For a direction of which nothing was read yet.
bool begin_tls(Layers& layers, const TcpKey& key, TcpStream& stream, std::string_view bytes);
// Likewise for a direction whose first bytes are in stream.pending.
bool begin_pending_tls(Layers& layers, const TcpKey& key, TcpStream& stream,
                       std::string_view bytes);
// Counts a packet in the row of the connection. stream.tls must not be null.
void note_tls_packet(Layers& layers, const TcpStream& stream, const View& payload);
// Keeps a direction that has ended, when records of it wait for keys: at most kMaxTlsWaiting.
void keep_waiting_tls(Layers& layers, const TcpKey& key, TcpStream stream);
// Tries the records that wait for keys, and hands on what they hold.
void finish_tls(Layers& layers, const TcpKey& key, TcpStream& stream);

}  // namespace sipladder
