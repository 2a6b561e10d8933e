// ICMP errors that quote signalling: the network itself says that it does not arrive.
#pragma once

#include <string>
#include <vector>

#include "correlate/findings/support.h"

namespace sipladder {

// About packets from `src` to `dst`, from `from_ns` on for 64*T1.
std::vector<const IcmpErrorRecord*> rejections(const Model& model, EndpointId src, EndpointId dst,
                                               int64_t from_ns);

// Any about this request, soon after it was sent.
bool is_rejected(const Model& model, const TransactionRecord& txn);

// "192.0.2.1 rejects it with ICMP type 3 code 3, 7 times", `what` in the place of "it"; empty
// without errors. Their frames become evidence.
std::string rejection_text(const std::vector<const IcmpErrorRecord*>& errors, std::string_view what,
                           Finding* finding);

}  // namespace sipladder
