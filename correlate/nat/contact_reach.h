// How a private Contact is reached from the public side, or that a request to it was lost
// (RFC 3261 10.3, 12.1; RFC 3327 Path; RFC 5626 outbound; RFC 5627 GRUU). This is asked only of a
// Contact with a private address from which the capture shows no SIP.
//
// Lifetime: Model, PacketLog and NatAudit must outlive this object. Threads: one at a time, while
// the Model may be read. Bounds: one entry for each endpoint that answered a request, and for each
// of at most kMostRead requests that timed out.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <optional>
#include <string>
#include <string_view>

#include "correlate/nat/nat_audit.h"
#include "correlate/registry/registrations.h"

namespace sipladder {

enum class ContactReach : uint8_t {
  unknown,    // the Contact is not private, or nothing tells
  lost,       // a request to the Contact got no answer
  outbound,   // requests use the flow of the client (RFC 5626)
  gruu,       // the Contact has a GRUU (RFC 5627)
  path,       // Path names an edge that knows the way (RFC 3327)
  received,   // the registrar keeps the source beside the Contact (`received`)
  alias,      // the Contact has the source in its parameter `alias`
  rewritten,  // the registrar lists the public address instead
  route,      // Record-Route keeps a proxy on the way that knows the Contact
  source,     // requests sent to the source of the client are answered
};
std::string_view to_string(ContactReach reach);  // empty for unknown

class ContactReaches {
 public:
  ContactReaches(const Model& model, const PacketLog& log, NatAudit& nat)
      : model_(model), nat_(nat), view_(log) {}

  ContactReach of(const Binding& binding);
  // For the Contact of a dialog that party `whose` named as its remote target.
  ContactReach of(DialogId id, Party whose);

 private:
  static constexpr size_t kMostRead = 2000;

  void update();
  void note_request(TransactionId id, size_t* read);
  bool is_out_of_reach(const std::optional<IpAddress>& ip) const;
  // The Contacts of a message, which is read once for all bindings that it is about.
  struct Contacts {
    MessageId of;
    bool path = false;                                     // the message has a Path
    absl::flat_hash_map<std::string, std::string> params;  // by contact_key()
    std::optional<IpAddress> only;                         // host, of a 2xx that lists one Contact
  };
  const Contacts& contacts_of(MessageId id, Contacts* kept);
  ContactReach asked_by(const Binding& binding);
  ContactReach answered_to(const Binding& binding);

  const Model& model_;
  NatAudit& nat_;
  MessageView view_;
  Contacts asked_, answered_;
  // How much of the model was read when all below was made.
  struct Seen {
    uint32_t messages = 0;
    uint32_t epoch = 0;
    bool finished = false;
    bool operator==(const Seen&) const = default;
  };
  std::optional<Seen> seen_;
  absl::flat_hash_set<uint32_t> answered_at_;  // endpoints that answered a request outside dialogs
  // Requests that timed out: hashes of the Request-URI (contact_key()) and the dialog, or none.
  absl::flat_hash_set<uint64_t> lost_;
};

}  // namespace sipladder
