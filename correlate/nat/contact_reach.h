// What became of a private Contact: what keeps it in reach of the public side, or that a request to
// it was lost (RFC 3261 10.3, 12.1; RFC 3327 Path; RFC 5626 outbound; RFC 5627 GRUU).
//
// Only of a Contact that names a private address from which nothing here is sent. Threads: as
// Model. Memory: what it keeps grows with the endpoints that requests are sent to, and with at most
// kMostRead requests that died.
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
  unknown,    // not private, or nothing tells
  lost,       // a request for it got no answer
  outbound,   // the flow of the client is used (RFC 5626)
  gruu,       // RFC 5627
  path,       // an edge is named that knows the way (RFC 3327)
  received,   // the registrar keeps the source beside it
  alias,      // the source stands in its own parameter
  rewritten,  // the public address stands in its place
  route,      // Record-Route keeps a proxy on the way that knows it
  source,     // requests for it are sent to where its client comes from, and answered
};
std::string_view to_string(ContactReach reach);  // empty for unknown

class ContactReaches {
 public:
  ContactReaches(const Model& model, const PacketLog& log, NatAudit& nat)
      : model_(model), nat_(nat), view_(log) {}

  ContactReach of(const Binding& binding);
  // Of the remote target that `whose` side named.
  ContactReach of(DialogId id, Party whose);

 private:
  static constexpr size_t kMostRead = 2000;

  void update();
  void note_request(TransactionId id, size_t* read);
  bool is_out_of_reach(const std::optional<IpAddress>& ip) const;
  // The Contacts of a message, read once for all bindings that it is about.
  struct Contacts {
    MessageId of;
    bool path = false;                                     // it has a Path
    absl::flat_hash_map<std::string, std::string> params;  // by contact_key()
    std::optional<IpAddress> only;                         // the host of a 2xx that lists one
  };
  const Contacts& contacts_of(MessageId id, Contacts* kept);
  ContactReach asked_by(const Binding& binding);
  ContactReach answered_to(const Binding& binding);

  const Model& model_;
  NatAudit& nat_;
  MessageView view_;
  Contacts asked_, answered_;
  uint64_t seen_ = UINT64_MAX;
  absl::flat_hash_set<uint32_t> answered_at_;  // endpoints that answered a request outside dialogs
  // Of what died, user and address in the Request-URI, with the dialog, or none: as hashes.
  absl::flat_hash_set<uint64_t> lost_;
};

}  // namespace sipladder
