// All streams of the capture by what the questions about one call ask of the others: their SSRC,
// and their ends. Made when first asked for: most captures never are.
//
// Threads: any, between two updates of the model. Memory: 24 bytes per stream, once made.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/mutex.h"
#include "correlate/model/model.h"

namespace sipladder {

class StreamIndex {
 public:
  explicit StreamIndex(const Model& model) : model_(model) {}

  void forget();  // the streams have changed

  // Ascending. Some others can be among them: look at what you ask for again.
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
  // What it gives does not change before forget().
  template <typename Key>
  const Order& made(Order Orders::*which, Key key) const;
  static std::vector<StreamId> with_key(const Order& order, uint32_t key);

  const Model& model_;
  mutable Mutex mutex_;
  mutable Orders orders_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sipladder
