// Words about a TLS connection for tables and findings. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decode/tls/connections.h"

namespace sipladder {

// Why all or some of its records could not be read. Empty when all could, or none was encrypted.
std::string why_not_text(const TlsConnection& connection);
// For a connection that was not decrypted for lack of a key: how the lines begin that a key log
// lacks, such as "CLIENT_RANDOM 5f3c..."; "# TUPLE CLIENT SERVER" where the ClientHello was not
// captured. Empty in all other cases.
std::string key_needed_text(const TlsConnection& connection);
std::string_view end_word(TlsEnd end);  // "client", "server", ""

}  // namespace sipladder
