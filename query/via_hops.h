// Hops of transactions, for the rows of `vias`. A hop is kept, so that it is read only once for
// messages that follow each other.
//
// Lifetime: the result of of() is valid until its next call; both constructor arguments must
// outlive this. Bounds: kKept hops. Threads: as Model.
#pragma once

#include <optional>
#include <vector>

#include "correlate/nat/via_hop.h"

namespace sipladder {

class ViaHops {
 public:
  ViaHops(const Model& model, const PacketLog& log) : model_(model), view_(log) {}

  // The hop of a transaction; null when its request is not in the capture or cannot be read.
  const ViaHop* of(TransactionId id);

 private:
  static constexpr size_t kKept = 1024;
  struct Place {
    TransactionId txn;
    std::optional<ViaHop> hop;
  };
  const Model& model_;
  MessageView view_;
  std::vector<Place> places_;  // by transaction id modulo kKept
  uint32_t messages_ = 0;      // number of messages in the model when the hops were read
  uint32_t epoch_ = 0;
};

}  // namespace sipladder
