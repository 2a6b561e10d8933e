// What a REGISTER and its 2xx say, in the words of registrations: addresses of record, contacts,
// and the flow of RFC 5626 that is asked for.
//
// Pure functions, any thread. Lifetime: what they return holds no view, but for value_of().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "correlate/registry/registrations.h"
#include "decode/sip_message.h"

namespace sipladder {

// user@host of To or From: a host is compared without case, a user as it is (RFC 3261 19.1.4).
std::string aor_of(std::string_view header);
// user@host:port, by which contacts are compared.
std::string contact_key(std::string_view uri);
std::string binding_key(const std::string& aor, std::string_view contact_uri);
// What is asked for, or granted, for that value of Contact (10.2.1.1, 10.3).
std::optional<uint32_t> expires_of(const SipIndex& sip, std::string_view contact);
// Of a header without a place of its own in the index.
std::string_view value_of(const SipIndex& sip, std::string_view name);

// The client is at the source's address, by its Via and its Contact, and does not ask for rport:
// whatever port it sends from, it is answered and called at the port that it names.
bool is_reached_by_contact(const SipIndex& sip, const Endpoint& source);

// A client's own REGISTER as the key of its registration (RFC 5626 4.2); empty when a proxy sent it
// on, or it is about several contacts.
std::string flow_of(const Model& model, const TransactionRecord& txn, const SipIndex& sip);
// What a REGISTER asks for by RFC 5626 4.2; no reg_id: nothing.
RegisteredFlow asked_flow(const SipIndex& sip, const std::string& aor);

}  // namespace sipladder
