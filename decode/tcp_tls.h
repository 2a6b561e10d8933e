// Private to decode/: the TLS of a TCP connection, which belongs to both of its directions.
#pragma once

#include "decode/layers.h"

namespace sipladder {

// A direction in which nothing was seen yet is part of a TLS connection: the other one is, or a
// hello stands in `bytes`.
bool begin_tls(Layers& layers, const TcpKey& key, TcpStream& stream, std::string_view bytes);
// The same of one whose first bytes wait for more.
bool begin_pending_tls(Layers& layers, const TcpKey& key, TcpStream& stream,
                       std::string_view bytes);
void note_tls_packet(Layers& layers, const TcpStream& stream, const View& payload);
// What it keeps back until keys are known is tried.
void finish_tls(Layers& layers, const TcpKey& key, TcpStream& stream);

}  // namespace sipladder
