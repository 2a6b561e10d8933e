// The control of media relays, as commands and replies pass: which call has which ports. A reply
// belongs to the command that had its cookie; the SDP of an ng command names a party's address,
// that of its reply the relay's own, which the other party sends to. A deletion counts from its
// command on, unless the reply says that there was nothing to delete; that of one via-branch ends
// what only that one had, while others are left.
//
// Threads: the one that reads packets. Bounds: kMaxRelaySessions (the half that was idle longest
// goes then), kMaxRelayPorts in each, kMaxAwaited commands whose replies are known.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <deque>
#include <string>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "decode/datagram.h"
#include "decode/relay_control.h"

namespace sipladder {

inline constexpr size_t kMaxRelaySessions = 65'536;
inline constexpr uint32_t kMaxRelayPorts = 64;
inline constexpr size_t kMaxAwaited = 16'384;

class RelaySessions {
 public:
  explicit RelaySessions(Model& model) : model_(model) {}

  void add(const Datagram& datagram);  // of PayloadClass::relay_control
  // A reply of rtpproxy, which is taken: its command was seen.
  bool add_reply(const Datagram& datagram);

  // Room is wanted, once nobody else writes the model.
  bool is_full() const { return is_full_; }
  // Sessions that have been idle longest, about so many bytes of them.
  void make_room(size_t bytes);
  size_t bytes() const;

 private:
  struct Awaited {
    uint32_t session = 0;
    RelayVerb verb = RelayVerb::other;
    uint8_t author = 0;  // side whose media the command named
    uint8_t line = 0;
    bool in_dialog = false;
    RelayProtocol protocol = RelayProtocol::ng;
    uint32_t branch = 0;  // hash of its via-branch
    // Of a deletion: when it was, and under which key the session stood.
    int64_t removed_ns = 0;
    uint64_t key = 0;
  };
  void add_command(const Datagram& datagram, const RelayControl& control);
  void apply_reply(const Datagram& datagram, const RelayControl& control, const Awaited& command);
  void await(const Datagram& datagram, const RelayControl& control, const Awaited& command);
  RelaySession& session_of(const Datagram& datagram, const RelayControl& control, uint32_t* id);
  void remove(const Datagram& datagram, const RelayControl& control, Awaited* command);
  void restore(const Awaited& command);
  uint32_t branch_of(RelayPortId port) const;
  void name_sdp(const Datagram& datagram, std::string_view sdp, const Awaited& command,
                RelayPort like);
  void name(const Datagram& datagram, const Awaited& command, RelayPort like);
  void forget(uint32_t session);

  Model& model_;
  absl::flat_hash_map<uint64_t, uint32_t, IdentityHash> by_key_;  // sessions that are not deleted
  uint32_t next_session_ = 1;
  bool is_full_ = false;
  absl::flat_hash_map<uint64_t, Awaited, IdentityHash> awaited_;
  std::deque<uint64_t> awaited_order_;
  // Ports that only one via-branch has: its hash, by the number of the port.
  absl::flat_hash_map<uint32_t, uint32_t> branches_;
  std::string unescaped_;
};

}  // namespace sipladder
