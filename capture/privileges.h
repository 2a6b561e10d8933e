// Giving up root: a decoder that reads hostile packets needs no privileges once its devices and
// sockets are open.
//
// Threads: to be called before others are started; only the calling one keeps CAP_NET_RAW.
#pragma once

#include <string>

namespace sipladder {

// Root becomes the user SUDO_UID and group SUDO_GID, or nobody, for good. For any other user
// nothing changes. The spool must be open before, since $TMPDIR may belong to root alone. False,
// with a sentence in *error, when it fails.
bool give_up_root(std::string* error);
// Likewise, but keeps the right to open a device again (CAP_NET_RAW).
bool keep_capture_right(std::string* error);

// Gives a folder that root has made to the user that give_up_root() will change to.
void give_away(const std::string& folder);

}  // namespace sipladder
