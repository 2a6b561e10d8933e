// Calls that follow each other at the same address: a redial from the same ports, often with the
// same SSRC. Tells streams where the next call begins.
//
// Threads: the one that keeps the streams. Bounds: kMaxTurns calls and addresses; then all is
// forgotten, and a stream may span two calls.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <array>
#include <cstdint>

#include "correlate/model/hash.h"
#include "correlate/sip/correlator.h"

namespace sipladder {

class CallTurns {
 public:
  // Requires every message that passes after the first stream has begun, in capture order.
  void add(const PreparedMessage& message);

  // The newest call that named this address is not known to be answered, or no call named it.
  bool is_before_answer(const Endpoint& endpoint) const;
  // When this address was last named by a call that had not named it before; 0: never.
  int64_t taken_ns(const Endpoint& endpoint) const;

 private:
  static constexpr size_t kMaxTurns = 65'536;
  struct Turn {
    int64_t taken_ns = 0;
    std::array<uint64_t, 4> calls{};  // newest first: several legs of a B2BUA name one address
  };
  void take(const Endpoint& endpoint, uint64_t call, int64_t time_ns);

  absl::flat_hash_set<uint64_t> begun_;     // calls whose first INVITE passed
  absl::flat_hash_set<uint64_t> answered_;  // calls that passed a 2xx with SDP
  absl::flat_hash_map<Endpoint, Turn, EndpointHash> turns_;
};

}  // namespace sipladder
