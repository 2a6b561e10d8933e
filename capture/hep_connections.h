// The TCP connections over which servers send HEP: each is cut into its packets.
//
// Bounds: kMaxHepConnections, kMaxHepPerPeer of them from one address, one HEP packet (64 KiB)
// buffered for each. Beyond a bound the one that was silent longest makes room, so that nobody can
// lock others out: who is closed connects again. Silent is who has sent no packet that was wanted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/hep_sockets.h"
#include "capture/raw_packet.h"

namespace sipladder {

inline constexpr size_t kMaxHep = 65'535;
inline constexpr size_t kMaxHepConnections = 1024;
inline constexpr size_t kMaxHepPerPeer = 64;

class HepConnections {
 public:
  // Says whether the packet was wanted.
  using Take = std::function<bool(const RawEndpoint& peer, std::string_view packet)>;

  explicit HepConnections(Fd listener) : listener_(std::move(listener)) {}

  // What becomes readable when receive() has something to do.
  void add_descriptors(std::vector<int>* fds) const;
  // Accepts all that wait and takes what has come, of some connections each time. Does not wait.
  void receive(const Take& take);

  uint64_t closed_for_room() const { return closed_for_room_; }

 private:
  struct Connection {
    Fd fd;
    RawEndpoint peer;
    uint64_t heard = 0;  // the larger, the later
    std::string bytes = {};
  };

  bool read(Connection& connection, const Take& take);
  void accept_all();
  void make_room(const RawEndpoint& peer);
  void close_silent(const RawEndpoint* peer);

  Fd listener_;
  std::vector<Connection> connections_;
  uint64_t clock_ = 0;
  uint64_t closed_for_room_ = 0;
  size_t turn_ = 0;  // the connection that is looked at first
};

// The first packet of `bytes`, or what is no HEP up to the next one; empty when more must come.
std::string_view next_hep(std::string_view bytes);

}  // namespace sipladder
