// Hops of single transactions as the rows of `vias` ask for them, each read once for the messages
// that follow each other.
//
// Lifetime: what of() returns lives until its next call. Bounds: kKept hops. Threads: as Model.
#pragma once

#include <optional>
#include <vector>

#include "correlate/nat/via_hop.h"

namespace sipladder {

class ViaHops {
 public:
  ViaHops(const Model& model, const PacketLog& log) : model_(model), view_(log) {}

  // Null when its request is not in the capture, or cannot be read.
  const ViaHop* of(TransactionId id);

 private:
  static constexpr size_t kKept = 1024;
  struct Place {
    TransactionId txn;
    std::optional<ViaHop> hop;
  };
  const Model& model_;
  MessageView view_;
  std::vector<Place> places_;  // by transaction; newer ones take the place of older ones
  uint32_t messages_ = 0;      // of the model when they were read
  uint32_t epoch_ = 0;
};

}  // namespace sipladder
