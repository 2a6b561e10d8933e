// A decoder that reads hostile packets needs no privileges once its devices and sockets are open.
#pragma once

#include <string>

#include "capture/packet_log.h"

namespace sipladder {

// Root becomes SUDO_UID and SUDO_GID, or nobody, for good; who is not root stays what he is. The
// spool of `log` for messages put together from several packets is made before, since $TMPDIR may
// be root's alone. False with a sentence when it fails.
bool give_up_root(PacketLog& log, std::string* error);

}  // namespace sipladder
