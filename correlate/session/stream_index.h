// All streams of the capture, found by SSRC, source, destination, or host of the destination.
// Questions about one call ask for streams of others this way. Each order is made when it is first
// asked for; for most captures none is.
//
// Lifetime: the Model must outlive the index. Threads: any, between two updates of the model.
// Memory: 8 bytes per stream for each order that was made, of four.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/mutex.h"
#include "correlate/model/model.h"

namespace sipladder {

class StreamIndex {
 public:
  explicit StreamIndex(const Model& model) : model_(model) {}

  void forget();  // required when the streams have changed

  // Ascending ids. Endpoints and hosts are compared by 32-bit hashes, so other streams can be among
  // the result: the caller compares again.
  std::vector<StreamId> with_ssrc(uint32_t ssrc) const;
  std::vector<StreamId> from(const Endpoint& end) const;
  std::vector<StreamId> to(const Endpoint& end) const;
  std::vector<StreamId> to_host(const IpAddress& ip) const;

 private:
  struct Entry {
    uint32_t key;
    StreamId stream;
    auto operator<=>(const Entry&) const = default;
  };
  using Order = std::vector<Entry>;  // by key
  struct Orders {
    Order by_ssrc, by_src, by_dst, by_host;
  };
  // The result does not change before forget(), so it may be read without the lock.
  template <typename Key>
  const Order& made(Order Orders::*which, Key key) const;
  static std::vector<StreamId> with_key(const Order& order, uint32_t key);

  const Model& model_;
  mutable Mutex mutex_;
  mutable Orders orders_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sipladder
