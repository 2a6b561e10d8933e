// The head of a SIP message in a log, as most stacks and tools write it: both addresses, an arrow
// or the words "from" and "to", and whether the message was sent or received. Examples:
#pragma once

#include <optional>
#include <string_view>

#include "capture/text_heads.h"

namespace sipladder {

// "Request sent: udp:192.0.2.1:5060->udp:192.0.2.2:5060", ".TX 543 bytes Request msg INVITE to UDP
// 192.0.2.2:5060:", "On 192.0.2.1:5060 received from 192.0.2.2:5060", "Sent:".
// Empty when the line is no such head.
std::optional<TraceHead> parse_announcement(std::string_view line);

// Adds one line of a head of several lines, such as "srcip: 192.0.2.1" or "Direction: incoming", to
// *head. False when the line is no such field; *head is unchanged then.
bool note_head_field(std::string_view line, TraceHead* head);

// Fills `src` and `dst` of the head from `own` and `other`, once it is known whether the message
// was sent or received. What is known already stays.
void complete_sides(TraceHead* head);

// "sent" or "received", by the first word of the text that says one of them.
TraceHead::Way way_in(std::string_view text);

}  // namespace sipladder
