// The notes about calls and messages in a saved session.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sipladder {

struct DbNote {
  std::string call_id, text;
  uint32_t frame = 0;   // of the message that it is about; 0: it is about the call
  uint16_t source = 0;  // of that frame, as in Packet
};
// Empty for a file that is no session, and for a session without notes.
std::vector<DbNote> notes_in_db(const std::string& path);

}  // namespace sipladder
