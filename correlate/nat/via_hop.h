// One hop of a request as this capture point sees it: where the request came from, what its topmost
// Via says, what the server wrote into that Via, and where the answers went and had to go
// (RFC 3261 18.1.1, 18.2.1, 18.2.2; RFC 3581 3 and 4).
//
// A capture point on the client's side of a NAT sees another source than the server does. Each
// question below says what must be known for an answer.
//
// Lifetime: a value, it holds no view. Threads: as Model.
#pragma once

#include <optional>
#include <string>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

struct ViaHop {
  TransactionId txn;
  MessageId request;
  MessageId answer;     // the first response that passed here; none when there was none
  Endpoint source;      // where the request came from, as seen here
  Endpoint server;      // where it went
  std::string sent_by;  // host as written
  std::optional<IpAddress> sent_by_ip;  // nullopt: a name
  uint16_t sent_by_port = 0;            // the default port of the transport when there is none
  bool asks_rport = false;
  bool reliable = false;  // not UDP
  bool is_ack = false;    // an ACK gets no answer
  std::optional<IpAddress> maddr;
  uint32_t vias = 0;  // of the request; more than one: a proxy sent it
  // The address in Contact, when sent-by is a host name and the client itself sent the request.
  // nullopt: not so, or Contact has a host name too.
  std::optional<IpAddress> own_contact;

  // The hosts of the Record-Routes that the two receivers use first (RFC 3261 12.1.1, 12.1.2): the
  // topmost of the request, and the lowest of a 2xx whose only Via is the client's. nullopt: there
  // is none, or a host name.
  std::optional<IpAddress> request_route, answer_route;
  MessageId routed_answer;  // the 2xx with answer_route

  // The host of a Via above the client's own in the answer. The host that sent the answer on has
  // left it there, and the client has to drop the answer (RFC 3261 16.7, 18.1.2). Empty: none.
  std::string foreign_via;
  // The Via that came back in the answer names another host than the request does here.
  bool via_changed = false;

  // What the server added to the Via.
  bool told = false;  // an answer shows it, or the copy of the request that the server sent on
  std::optional<IpAddress> received;
  bool has_received = false;  // also when its value is no address
  std::optional<uint16_t> rport;
  bool lost_rport = false;  // the request asks for rport, and the answer has no such parameter

  // Ends of `answer`; once there is a stray, answered_to is its destination.
  Endpoint answered_from, answered_to;
  MessageId stray;       // first answer that went elsewhere than to the source; none: none did
  uint32_t answers = 0;  // copies included
  // Requests that were repeated about half a second or more after an answer: the client did not get
  // the answer.
  uint32_t repeats = 0;              // after `answer`
  uint32_t repeats_after_stray = 0;  // after `stray`

  bool is_answered() const { return answers != 0; }
  bool is_answered_at_source() const { return is_answered() && answered_to == source; }
  bool host_differs() const { return sent_by_ip && *sent_by_ip != source.ip; }
  bool port_differs() const { return sent_by_port != source.port; }
};

// Reads the request, an answer, and the request of transaction `sent_on`, the next hop (id 0: not
// known). nullopt when the request cannot be read, has no valid Via, or when a log does not tell
// where it came from. `view` is loaded anew.
std::optional<ViaHop> via_hop_of(const Model& model, MessageView& view, TransactionId id,
                                 TransactionId sent_on);

// The server saw the source that is seen here. False when a NAT may lie between: a private source
// and a public server.
bool server_saw_source(const ViaHop& hop);

// The `received` that the server must add (18.2.1): nullopt when the sent-by is the source, or when
// the source that the server saw is not known.
std::optional<IpAddress> received_due(const ViaHop& hop);

// Where the answers have to go, by the request's own Via (18.2.2, RFC 3581 4). nullopt over a
// reliable transport: answers go over the connection of the request.
std::optional<Endpoint> response_due(const ViaHop& hop);

// The same as an address that this capture point can see, also for a connection. That is the
// connection's other end, or the port of sent-by when the answer went another way (18.2.2).
// nullopt: it cannot be known here.
std::optional<Endpoint> response_due_here(const ViaHop& hop);

}  // namespace sipladder
