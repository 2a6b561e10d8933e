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
// The text of the message as the mask leaves it; a sentence when its bytes cannot be read.
std::string message_bytes(const Shared& shared, MessageId id);
// The message as it was sent, line by line. Hidden characters are escaped.
std::vector<CellLine> message_lines(const Shared& shared, MessageId id);
// Start line, each header with its parameters and what it is for, each line of SDP.
std::vector<CellLine> message_tree(const Shared& shared, MessageId id, int width);
// The lines of the message as message_lines() has them, but as plain text: for comparing.
std::vector<std::string> plain_lines(const Shared& shared, MessageId id);

}  // namespace sipladder
