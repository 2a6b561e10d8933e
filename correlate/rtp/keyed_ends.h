// Where encrypted media goes whose keys stand in SDP (a=crypto, RFC 4568), or come by DTLS and may
// be in a key log: of it every packet is kept by its place, to be opened when somebody asks what is
// in it.
//
// RTCP is opened as it passes: there is little of it, and its index stands in each packet. Its key
// must have been told before.
//
// Bounds: kMaxEnds; then all are forgotten, and streams that begin later are not kept. kMaxKeys of
// each end, the newest. Threads: the one that keeps the streams.
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
  // Every message with SdpGlance::keyed, and with SdpGlance::handshake where keys may be known, in
  // capture order.
  void add(const PreparedMessage& message);

  bool empty() const { return ends_.empty(); }
  bool names(const Endpoint& endpoint) const { return ends_.contains(endpoint); }
  // A compound packet of RTCP from there, opened by a key that its sender told. False: none fits.
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
  absl::flat_hash_map<Endpoint, std::vector<Key>, EndpointHash> keys_;  // of what comes from there
};

}  // namespace sipladder
