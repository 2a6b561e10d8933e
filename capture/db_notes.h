// The notes about calls in a saved session.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sipladder {

// Call-ID and text of each note. Empty for a file that is no session, and for a session without
// notes.
std::vector<std::pair<std::string, std::string>> notes_in_db(const std::string& path);

}  // namespace sipladder
