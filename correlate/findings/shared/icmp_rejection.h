// ICMP errors that quote signalling: the network itself says that a request does not arrive
// (RFC 792, RFC 4443).
#pragma once

#include <span>
#include <string>

#include "correlate/findings/shared/support.h"

namespace sipladder {

// A view of ICMP errors in the order of their times. It copies nothing, so a flood costs no more
// than one error. Valid as long as the model does not change.
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

// The errors about packets from `src` to `dst` that came within 64*T1 after `from_ns`.
Rejections rejections(const Model& model, EndpointId src, EndpointId dst, int64_t from_ns);

// There is an error about this request, while it was sent or within seconds after.
bool is_rejected(const Model& model, const TransactionRecord& txn);
// How many ICMP errors there are between its hosts from its first copy until some time after the
// last one.
size_t count_rejections(const Model& model, const TransactionRecord& txn);

// "192.0.2.1 rejects it with ICMP type 3 code 3, 7 times", `what` in the place of "it"; empty
// without errors. Their frames become evidence.
std::string rejection_text(const Rejections& errors, std::string_view what, Finding* finding);

}  // namespace sipladder
