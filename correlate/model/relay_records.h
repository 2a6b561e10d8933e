// What the control of a media relay names: the addresses of each call's media, on both sides of the
// relay. Times are nanoseconds since the epoch; 0 means "did not happen".
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "correlate/model/ids.h"
#include "decode/address.h"
#include "decode/relay_control.h"

namespace sipladder {

struct RelayPort {
  Endpoint address;
  int64_t from_ns = 0;   // when it was first named
  int64_t until_ns = 0;  // when its session was deleted, or another one took its place
  RelayPortId next;      // of the same session
  uint32_t session = 0;  // into Model::relay_sessions
  uint32_t frame = 0;    // that named it
  uint16_t source = 0;   // as frame
  uint8_t side = 0;      // whose it is, or whom it faces: into RelaySession::tags
  uint8_t line = 0;      // m= line
  bool of_relay = false;
};

// One Call-ID at one relay, from its first command until it is deleted.
struct RelaySession {
  RelayProtocol protocol = RelayProtocol::ng;
  Endpoint relay;                     // where it takes commands
  std::string call_id;                // at most kMaxRelayName bytes, as the tags
  std::array<std::string, 2> tags{};  // of who made the first offer, and of the other party
  bool caller_known = false;          // the first offer came outside of a dialog: by the caller
  RelayPortId first, last;
  uint32_t ports = 0;
  int64_t last_ns = 0;     // of its newest command
  int64_t removed_ns = 0;  // when it was deleted
};
inline constexpr size_t kMaxRelayName = 512;

}  // namespace sipladder
