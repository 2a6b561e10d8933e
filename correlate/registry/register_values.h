// Values of a REGISTER and its 2xx: addresses of record, contacts, and the key of a flow
// (RFC 5626).
//
// Pure functions, any thread. Lifetime: results hold no view, except value_of(), whose view lives
// as long as the message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "correlate/model/model.h"
#include "decode/sip_message.h"

namespace sipladder {

// user@host of To or From. The host is in lower case and the user as written, because hosts are
// compared without case (RFC 3261 19.1.4).
std::string aor_of(std::string_view header);
// user@host:port, by which contacts are compared. The port is 5060 when the URI has none.
std::string contact_key(std::string_view uri);
// The key of a Binding in Registrations.
std::string binding_key(const std::string& aor, std::string_view contact_uri);
// Seconds asked for, or granted, for that value of Contact (RFC 3261 10.2.1.1, 10.3): its `expires`
// parameter, else the Expires header. nullopt: neither is there, or it is no number.
std::optional<uint32_t> expires_of(const SipIndex& sip, std::string_view contact);
// Of the header Expires alone (RFC 3261 20.19), in seconds.
std::optional<uint32_t> expires_of(const SipIndex& sip);
// Value of the first header with this name, for headers without a HeaderId. Empty: there is none.
std::string_view value_of(const SipIndex& sip, std::string_view name);

// Via and Contact name the source's address, and the client does not ask for rport. Such a client
// is answered and called at the port that it names, whatever port it sends from.
bool is_reached_by_contact(const SipIndex& sip, const Endpoint& source);

// The key of the registration that a client's REGISTER is about (RFC 5626 4.2). Empty when a proxy
// sent the REGISTER on, or when it is about no contact, several, or all.
std::string flow_of(const Model& model, const TransactionRecord& txn, const SipIndex& sip);

}  // namespace sipladder
