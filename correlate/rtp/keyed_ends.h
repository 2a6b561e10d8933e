// Where encrypted media goes whose keys stand in SDP (a=crypto, RFC 4568), or come by DTLS and may
// be in a key log: of it every packet is kept by its place, to be opened when somebody asks what is
// in it.
//
// Bounds: kMaxEnds; then all are forgotten, and streams that begin later are not kept.
#pragma once

#include <absl/container/flat_hash_set.h>

#include "correlate/model/hash.h"
#include "correlate/sip/correlator.h"

namespace sipladder {

class KeyedEnds {
 public:
  // Every message with SdpGlance::keyed, and with SdpGlance::handshake where keys may be known, in
  // capture order.
  void add(const PreparedMessage& message);

  bool empty() const { return ends_.empty(); }
  bool names(const Endpoint& endpoint) const { return ends_.contains(endpoint); }

 private:
  static constexpr size_t kMaxEnds = 65'536;
  absl::flat_hash_set<Endpoint, EndpointHash> ends_;
};

}  // namespace sipladder
