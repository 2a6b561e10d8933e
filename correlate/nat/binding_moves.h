// Registrations whose public address or port changed from one accepted REGISTER to the next, and
// the requests that still went to the old one (RFC 5626 3.5).
//
// One registration is an address of record, a Contact, an instance, a reg-id and a registrar:
// another registrar or flow is no move. Over a reliable transport a new connection is none either.
// Bounds: kMostRegisters are read, kMostMoves are kept.
#pragma once

#include <string>
#include <vector>

#include "correlate/message_view.h"
#include "correlate/model.h"

namespace sipladder {

struct BindingMove {
  std::string aor;
  Endpoint from, to;        // as the registrar sees the client; port 0: not told
  MessageId before, after;  // the two REGISTERs
  TransactionId lost;       // a request to the old address that got no answer; none: not seen
};

std::vector<BindingMove> find_moves(const Model& model, MessageView& view);

// A request that nobody answered, and long enough has passed.
bool is_left_unanswered(const Model& model, const TransactionRecord& txn);

}  // namespace sipladder
