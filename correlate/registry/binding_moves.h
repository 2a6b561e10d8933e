// Registrations whose public address or port changed from one accepted REGISTER to the next
// (registrations.h finds them), and the requests that still went to the old address (RFC 5626 3.5).
//
// A registration is one address of record, Contact, instance, reg-id and registrar. Another
// registrar or flow is another registration, and no move. Over a reliable transport a new
// connection is no move either.
//
// Threads: as Model.
#pragma once

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

struct BindingMove {
  std::string aor;
  Endpoint from, to;        // as the registrar sees the client; port 0: not known
  MessageId before, after;  // the two REGISTERs
  TransactionId lost;       // a request to the old address that got no answer; none: not seen
  size_t binding = 0;       // index into Registrations::all()
};

// Where the registrar sees the client. On the client's side of a NAT this is `received` and `rport`
// of the answer (port 0 without rport), else the source.
Endpoint seen_by_registrar(const Endpoint& source, const SipIndex& answer);

// The address changed, or the port did. Ports count when both are known, and not over a connection
// (`reliable`).
bool is_move(const Endpoint& from, const Endpoint& to, bool reliable);

// Fills `lost` with requests to the old address that were sent after the newest packet from there.
// Looks at all messages and transactions once.
void find_lost_requests(const Model& model, std::vector<BindingMove>* moves);

// Nobody answered the request, and two seconds have passed since.
bool is_left_unanswered(const Model& model, const TransactionRecord& txn);

}  // namespace sipladder
