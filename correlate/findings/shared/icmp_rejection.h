// ICMP errors that quote signalling: the network itself says that it does not arrive.
#pragma once

#include <span>
#include <string>

#include "correlate/findings/shared/support.h"

namespace sipladder {

// Errors in the order of their times: a flood of them costs no more to name than one. Valid as long
// as the model does not change.
class Rejections {
 public:
  Rejections(const Model& model, std::span<const uint32_t> places)
      : model_(&model), places_(places) {}
  bool empty() const { return places_.empty(); }
  size_t size() const { return places_.size(); }
  const IcmpErrorRecord& operator[](size_t i) const { return model_->icmp_errors[places_[i]]; }

 private:
  const Model* model_;
  std::span<const uint32_t> places_;  // in Model::icmp_errors
};

// About packets from `src` to `dst`, from `from_ns` on for 64*T1.
Rejections rejections(const Model& model, EndpointId src, EndpointId dst, int64_t from_ns);

// Any about this request, soon after it was sent.
bool is_rejected(const Model& model, const TransactionRecord& txn);

// "192.0.2.1 rejects it with ICMP type 3 code 3, 7 times", `what` in the place of "it"; empty
// without errors. Their frames become evidence.
std::string rejection_text(const Rejections& errors, std::string_view what, Finding* finding);

}  // namespace sipladder
