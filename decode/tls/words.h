// What is said of a TLS connection in tables and findings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decode/tls/connections.h"

namespace sipladder {

// Why (some of) it could not be read; empty when all could, or nothing encrypted passed.
std::string why_not_text(const TlsConnection& connection);
// Of a connection that was not decrypted: the lines of a key log that are missing, as they begin:
// "CLIENT_RANDOM 5f3c...". Empty when its beginning is not here.
std::string key_needed_text(const TlsConnection& connection);
std::string_view end_word(TlsEnd end);  // "client", "server", ""

}  // namespace sipladder
