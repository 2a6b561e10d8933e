// Registrations whose public address or port changed from one accepted REGISTER to the next
// (registrations.h finds them), and the requests that still went to the old one (RFC 5626 3.5).
//
// One registration is an address of record, a Contact, an instance, a reg-id and a registrar:
// another registrar or flow is no move. Over a reliable transport a new connection is none either.
#pragma once

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

struct BindingMove {
  std::string aor;
  Endpoint from, to;        // as the registrar sees the client; port 0: not told
  MessageId before, after;  // the two REGISTERs
  TransactionId lost;       // a request to the old address that got no answer; none: not seen
  size_t binding = 0;       // place in Registrations::all()
};

// Where the registrar sees the client: what its answer says inside a NAT, else the source.
Endpoint seen_by_registrar(const Endpoint& source, const SipIndex& answer);

// Another address, or another port where both are told and ports matter: not over a connection.
bool is_move(const Endpoint& from, const Endpoint& to, bool reliable);

// Fills `lost`: requests to places that were left, after the newest packet that came from there.
void find_lost_requests(const Model& model, std::vector<BindingMove>* moves);

// A request that nobody answered, and long enough has passed.
bool is_left_unanswered(const Model& model, const TransactionRecord& txn);

}  // namespace sipladder
