// Private to audio_reach.cc: what the SIP of a party tells of a NAT before it: its Via, its
// Contact, and where its packets come from (RFC 3581, RFC 5626).
#pragma once

#include <optional>

#include "correlate/audio/judge.h"

namespace sipladder {

// Via of its requests, or of the answers to them, names `advertised`, and received or the packet
// itself a public address.
bool has_public_source(const AudioCase& audio, Party party, const IpAddress& advertised);
// Its own requests leave a NAT at that address from another port than their Via names.
// The party's own requests come from there, and their Via names a private address: its NAT.
bool is_nat_of(const AudioCase& audio, Party party, const IpAddress& ip);
bool changes_ports(const AudioCase& audio, Party party, const IpAddress& nat);
// Its own Via or Contact names a private address.
bool is_behind_nat(const AudioCase& audio, Party party);
// Seen from inside: a NAT must be between a private address and a public one.
bool talks_to_public(const AudioCase& audio, const IpAddress& ip);
// Of the message with this SDP; nullopt when it is a name.
std::optional<IpAddress> contact_host(const AudioCase& audio, const AudioSdp& audio_sdp);

}  // namespace sipladder
