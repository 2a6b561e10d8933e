// A SIP message as lines of a screen: as it was sent, or taken apart.
//
// Threads: with the session's lock held.
#pragma once

#include <string>
#include <vector>

#include "tui/view.h"

namespace sipladder {

// "Message 3 frame 7  12:00:00.123456  10.0.0.1:5060 > 10.0.0.2:5060  udp  512 bytes"
std::string message_title(const Shared& shared, MessageId id);
// Its bytes, what is hidden escaped; a sentence where they cannot be read.
std::string message_bytes(const Shared& shared, MessageId id);
// As it was sent, each line one line; what is hidden is escaped.
std::vector<CellLine> message_lines(const Shared& shared, MessageId id);
// Start line, each header with its parameters and what it is for, each line of SDP.
std::vector<CellLine> message_tree(const Shared& shared, MessageId id, int width);
// The lines of the text, escaped, without colours: for comparing.
std::vector<std::string> plain_lines(const Shared& shared, MessageId id);

}  // namespace sipladder
