// Gives each transaction of a wanted kind once, as soon as it has a final response or the capture
// has ended. The same request at later hops is left out.
//
// Lifetime: the Model must outlive this object. Threads: as Model.
#pragma once

#include <algorithm>
#include <vector>

#include "correlate/model/model.h"

namespace sipladder {

class FinishedTransactions {
 public:
  using Wanted = bool (*)(const TransactionRecord&);
  FinishedTransactions(const Model& model, Wanted wanted) : model_(model), wanted_(wanted) {}

  // The transactions that finished since the last call, those that were waiting first.
  std::vector<TransactionId> take() {
    std::vector<TransactionId> finished;
    std::vector<TransactionId> waiting;
    const auto sort_in = [&](TransactionId id) {
      const bool over = model_.finished || model_.transactions[id].final_status != 0;
      (over ? finished : waiting).push_back(id);
    };
    for (const TransactionId id : open_) {
      if (model_.transactions.holds(id)) sort_in(id);
    }
    for (const TransactionId id : model_.transactions.ids(seen_ + 1)) {
      const TransactionRecord& txn = model_.transactions[id];
      if (txn.request && !txn.request_path && wanted_(txn)) sort_in(id);
    }
    seen_ = model_.transactions.size();
    open_ = std::move(waiting);
    return finished;
  }

 private:
  const Model& model_;
  const Wanted wanted_;
  uint32_t seen_ = 0;
  std::vector<TransactionId> open_;
};

}  // namespace sipladder
