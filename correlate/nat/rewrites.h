// What a box on the way changed in a message that passes here on both of its sides: a relay or
// B2BUA that sends the message on under its own Via, or an ALG in a NAT, which leaves the Via stack
// as it is and writes other addresses into it.
//
// Lifetime: values. Threads: as Model.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/nat/via_hop.h"

namespace sipladder {

enum class RewrittenPart : uint8_t { via, contact, sdp };
std::string_view to_string(RewrittenPart part);  // "Via"

struct Rewrite {
  MessageId before, after;  // the message on both sides
  TransactionId txn;        // of `after`
  RewrittenPart part = RewrittenPart::sdp;
  IpAddress from, to;
  bool by_alg = false;  // one hop, not two: only a NAT lies between
};

// What tells of addresses in a message; nullopt where it names none, or a host.
struct NamedAddresses {
  std::optional<IpAddress> via, contact, sdp;
  std::string branch;
};
NamedAddresses addresses_of(const SipIndex& sip);

// The same request at two hops: `sent_on` is under the Via of the box.
void find_rewrites_of_relay(const Model& model, MessageView& view, const ViaHop& hop,
                            TransactionId sent_on, std::vector<Rewrite>* out);
// The same request of one client, inside and outside of a NAT.
void find_rewrites_of_alg(const Model& model, MessageView& view, const ViaHop& inside,
                          const ViaHop& outside, std::vector<Rewrite>* out);

}  // namespace sipladder
