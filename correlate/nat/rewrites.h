// Addresses that a box on the way changed in a message, when both of its sides were captured. The
// box is a relay or B2BUA that sends the message on under its own Via, or an ALG in a NAT. An ALG
// adds no Via, but writes other addresses into the message.
//
// Lifetime: values, they hold no view. Threads: as Model.
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
  bool by_alg = false;  // both messages are of one hop, with only a NAT in between
};

// The addresses in a message: of the topmost Via, of Contact, and of the first media in SDP.
// nullopt when there is none, or a host name.
struct NamedAddresses {
  std::optional<IpAddress> via, contact, sdp;
  std::string branch;
};
NamedAddresses addresses_of(const SipIndex& sip);

// Compares SDP of the same request at two hops, and of its 2xx. `sent_on` is the transaction under
// the Via of the box. Appends to `out`; `view` is loaded anew.
void find_rewrites_of_relay(const Model& model, MessageView& view, const ViaHop& hop,
                            TransactionId sent_on, std::vector<Rewrite>* out);
// Compares Via, Contact and SDP of one client's request inside and outside of a NAT. Appends to
// `out`.
void find_rewrites_of_alg(const Model& model, MessageView& view, const ViaHop& inside,
                          const ViaHop& outside, std::vector<Rewrite>* out);

}  // namespace sipladder
