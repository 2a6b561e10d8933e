// One capture from its beginning to its end, for its messages alone.
#pragma once

#include <functional>
#include <string>

#include "capture/packet.h"
#include "decode/datagram.h"
#include "decode/sip_message.h"

namespace sipladder {

using SeePacket = std::function<void(const Packet&)>;
using SeeMessage = std::function<void(const Datagram&, const SipIndex&)>;

// False when it cannot be read. `packet` may be null. What is wrong further on ends it.
bool scan_capture(const std::string& name, const SeePacket& packet, const SeeMessage& message);

}  // namespace sipladder
