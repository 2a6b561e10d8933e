// A decoder that reads hostile packets needs no privileges once its devices and sockets are open.
#pragma once

#include <string>

namespace sipladder {

// Root becomes SUDO_UID and SUDO_GID, or nobody, for good; who is not root stays what he is. The
// spool must be open before, since $TMPDIR may be root's alone. False with a sentence when it
// fails.
bool give_up_root(std::string* error);
// Likewise, but for the right to open a device again (CAP_NET_RAW).
bool keep_capture_right(std::string* error);

// A folder that root has made for whom he will be.
void give_away(const std::string& folder);

}  // namespace sipladder
