// Records of TLS 1.3 as their sender seals them: TLS_AES_128_GCM_SHA256 (RFC 8446 5.2), written
// another way than the program has it.
#pragma once

#include <cstdint>
#include <string>

namespace sipladder::build {

// HKDF-Expand-Label of one block (RFC 8446 7.1).
std::string expand_tls13(const std::string& secret, const std::string& label, size_t size);
// The whole record. `type`: of the content, 23 for application data.
std::string seal_tls13(const std::string& secret, uint64_t sequence, int type,
                       const std::string& content);

}  // namespace sipladder::build
