// The addresses of encrypted media whose keys are in SDP (a=crypto, RFC 4568), or come by DTLS and
// may be in a key log. The place of each packet of such a stream is kept, so that the packet can be
// decrypted when somebody asks what is in it.
//
// RTCP is decrypted as it passes: there is little of it, and each packet carries its index
// (RFC 3711 3.4). Its key must have been in an SDP before.
//
// Bounds: kMaxEnds. Then all are forgotten, and packets of streams that begin later are not kept
// until an SDP names their addresses again. kMaxKeys of each end, the newest.
// Threads: the one that keeps the streams.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/model/hash.h"
#include "correlate/sip/correlator.h"
#include "decode/srtp/cipher.h"

namespace sipladder {

class KeyedEnds {
 public:
  // Requires every message with SdpGlance::keyed, and with SdpGlance::handshake while secrets of
  // DTLS may be known, in capture order.
  void add(const PreparedMessage& message);

  bool empty() const { return ends_.empty(); }
  bool names(const Endpoint& endpoint) const { return ends_.contains(endpoint); }
  // Decrypts a compound packet of SRTCP from `src` with a key that its sender told. False when no
  // key fits.
  bool open_rtcp(const Endpoint& src, std::string_view packet, std::string* plain);

 private:
  struct Key {
    SrtpKey key;
    std::unique_ptr<SrtpCipher> cipher;  // null until it is needed
  };
  void add_key(const Endpoint& endpoint, SrtpKey key);
  bool open_by(const Endpoint& endpoint, std::string_view packet, std::string* plain);

  static constexpr size_t kMaxEnds = 65'536;
  static constexpr size_t kMaxKeys = 8;
  absl::flat_hash_set<Endpoint, EndpointHash> ends_;
  absl::flat_hash_map<Endpoint, std::vector<Key>, EndpointHash> keys_;  // by the sender's address
};

}  // namespace sipladder
