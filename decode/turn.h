// Media inside TURN (RFC 8656): ChannelData and the Send and Data indications, between a client and
// its server.
//
// The datagram inside gets the peer's address in the place of the server's, as offer and answer
// name it. Channels are learned from ChannelBind requests; while one is not known (the capture
// began later) the server stands for the peer.
//
// Bounds: kMaxChannels; when they are all taken, all are forgotten, and counted.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>

#include "decode/datagram.h"
#include "decode/media.h"

namespace sipladder {

class TurnRelays {
 public:
  // Of a turn_channel or a stun message; nullopt when it carries no datagram, and for every other
  // class. The view of its payload lives as long as that of the argument.
  std::optional<Datagram> unwrap(const Datagram& datagram, PayloadClass payload_class);

  uint64_t forgotten() const { return forgotten_; }

 private:
  struct Channel {
    Endpoint client, server;
    uint16_t number = 0;
    bool operator==(const Channel&) const = default;
    template <typename H>
    friend H AbslHashValue(H h, const Channel& c) {
      return H::combine(std::move(h), c.client.ip.bytes, c.client.port, c.server.ip.bytes,
                        c.server.port, c.number);
    }
  };
  std::optional<Datagram> unwrap_channel(const Datagram& datagram) const;
  void bind(const Datagram& request, uint16_t channel, const Endpoint& peer);

  static constexpr size_t kMaxChannels = 65'536;
  absl::flat_hash_map<Channel, Endpoint> peers_;
  uint64_t forgotten_ = 0;
};

}  // namespace sipladder
