// Private to audio/reach.cc: what the SIP of a party tells of a NAT in front of it. It shows in
// Via, in Contact, and in where the packets come from (RFC 3261 18.2.1, RFC 3581).
//
// Each function reads a few messages of the call again through AudioCase::view. A message that
// cannot be read tells nothing.
#pragma once

#include <optional>

#include "correlate/audio/judge.h"

namespace sipladder {

// The Via of the party's requests names `advertised`, and the received parameter, or the source of
// the packet, is another address, a public one.
bool has_public_source(const AudioCase& audio, Party party, const IpAddress& advertised);
// The party's own requests come from `ip`, and their only Via names a private address: `ip` is its
// NAT.
bool is_nat_of(const AudioCase& audio, Party party, const IpAddress& ip);
// The NAT at `nat` changes source ports: requests of the party (UDP) come from another port than
// their Via, with a private address, names.
bool changes_ports(const AudioCase& audio, Party party, const IpAddress& nat);
// A Via or Contact that the party wrote names a private address.
bool is_behind_nat(const AudioCase& audio, Party party);
// SIP passes here between `ip` and a public address. If `ip` is private, a NAT must follow.
bool talks_to_public(const AudioCase& audio, const IpAddress& ip);
// Host of the Contact in the message that carries this SDP; nullopt when it is a name.
std::optional<IpAddress> contact_host(const AudioCase& audio, const AudioSdp& audio_sdp);

}  // namespace sipladder
