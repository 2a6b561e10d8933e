// One hop of a request as this capture point sees it: where it came from, what its topmost Via
// says, what the server wrote into that Via, and where the answers went and had to go (RFC 3261
// 18.1.1, 18.2.1, 18.2.2; RFC 3581 3 and 4).
//
// A capture point on the client's side of a NAT sees another source than the server does. Each
// question below says what it needs to know before it answers.
//
// Lifetime: a value, it holds no view. Errors: nullopt when the request cannot be read, or a log
// does not tell where it came from.
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
  uint16_t sent_by_port = 0;            // the default of the transport when it is absent
  bool asks_rport = false;
  bool reliable = false;  // not UDP
  bool is_ack = false;    // which nobody answers
  std::optional<IpAddress> maddr;
  uint32_t vias = 0;  // of the request: more than one and a proxy sent it
  // Of a client whose sent-by is a name: the address in its Contact, when it is one.
  std::optional<IpAddress> own_contact;

  // The Record-Route that the receiver uses first (RFC 3261 12.1.1, 12.1.2): the topmost of the
  // request, the lowest of an answer whose only Via is the client's. nullopt: none, or a name.
  std::optional<IpAddress> request_route, answer_route;
  MessageId routed_answer;  // that answer

  // The host of a Via that stands above the client's own in the answer: who sent it on has left it
  // there, and the client has to drop the answer (RFC 3261 16.7, 18.1.2). Empty: there is none.
  std::string foreign_via;
  // The answer's Via is not the one that the request has here.
  bool via_changed = false;

  // What the server made of the Via, told by an answer or by the copy that it sent on.
  bool told = false;
  std::optional<IpAddress> received;
  bool has_received = false;  // also when its value is no address
  std::optional<uint16_t> rport;
  bool lost_rport = false;  // the request asks for rport, and the answer has no such parameter

  Endpoint answered_from, answered_to;  // of `answer`, or of the first one that went elsewhere
  MessageId stray;                      // the answer that went elsewhere than to the source
  uint32_t answers = 0;                 // copies included
  // Requests sent again half a second and more after an answer had passed: the client did not get
  // it.
  uint32_t repeats = 0;
  uint32_t repeats_after_stray = 0;

  bool is_answered() const { return answers != 0; }
  bool is_answered_at_source() const { return is_answered() && answered_to == source; }
  bool host_differs() const { return sent_by_ip && *sent_by_ip != source.ip; }
  bool port_differs() const { return sent_by_port != source.port; }
};

// `view` reads the request, an answer and the copy that was sent on.
std::optional<ViaHop> via_hop_of(const Model& model, MessageView& view, TransactionId id,
                                 TransactionId sent_on);

// The server saw the source that is seen here. False when a NAT may lie between: a private source
// and a public server.
bool server_saw_source(const ViaHop& hop);

// The `received` that the server must add (18.2.1): nullopt when the sent-by is the source, or when
// the source that the server saw is not known.
std::optional<IpAddress> received_due(const ViaHop& hop);

// Where the answers have to go, by the request's own Via (18.2.2, RFC 3581 4). nullopt over a
// reliable transport: the connection of the request.
std::optional<Endpoint> response_due(const ViaHop& hop);

// The same as a place that this capture point can see, also over a connection: its other end, or
// the sent-by when the answer went another way (18.2.2). nullopt: it cannot be known here.
std::optional<Endpoint> response_due_here(const ViaHop& hop);

}  // namespace sipladder
