// What most stacks and tools have in common when they announce a SIP message: the ends, an arrow or
// the words "from" and "to", and whether it was sent or received.
#pragma once

#include <optional>
#include <string_view>

#include "capture/text_heads.h"

namespace sipladder {

// "Request sent: udp:192.0.2.1:5060->udp:192.0.2.2:5060", ".TX 543 bytes Request msg INVITE to UDP
// 192.0.2.2:5060:", "On 192.0.2.1:5060 received from 192.0.2.2:5060", "Sent:".
std::optional<TraceHead> parse_announcement(std::string_view line);

// A line "srcip: 192.0.2.1", "Direction: incoming" of a head that has several. False when it is
// none of those.
bool note_head_field(std::string_view line, TraceHead* head);

// Puts the own and the other side where the way of the message says.
void complete_sides(TraceHead* head);

// Whether the first of the words for it says that something was sent or received.
TraceHead::Way way_in(std::string_view text);

}  // namespace sipladder
