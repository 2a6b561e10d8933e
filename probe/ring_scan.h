// Reads one capture from its beginning to its end, only for its packets and SIP messages. What the
// functions get is valid during their call. Threads: one.
#pragma once

#include <functional>
#include <string>

#include "capture/packet.h"
#include "decode/datagram.h"
#include "decode/sip_message.h"

namespace sipladder {

using SeePacket = std::function<void(const Packet&)>;
using SeeMessage = std::function<void(const Datagram&, const SipIndex&)>;

// False when the capture cannot be opened. `packet` may be null. Damage further on ends the scan.
bool scan_capture(const std::string& name, const SeePacket& packet, const SeeMessage& message);

}  // namespace sipladder
