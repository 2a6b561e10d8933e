#include "query/via_hops.h"

namespace sipladder {

const ViaHop* ViaHops::of(TransactionId id) {
  if (!model_.transactions.holds(id)) return nullptr;
  if (messages_ != model_.messages.size() || epoch_ != model_.evicted.epoch || places_.empty()) {
    places_.assign(kKept, Place{});
    messages_ = model_.messages.size();
    epoch_ = model_.evicted.epoch;
  }
  Place& place = places_[id.value % kKept];
  if (place.txn != id) place = {id, via_hop_of(model_, view_, id, TransactionId{})};
  return place.hop ? &*place.hop : nullptr;
}

}  // namespace sipladder
