// The TCP connections over which servers send HEP, each cut into its HEP packets.
//
// Bounds: kMaxHepConnections, kMaxHepPerPeer of them from one address, one HEP packet (64 KiB)
// buffered for each. Beyond a bound, the connection that has been silent longest is closed, so that
// nobody can lock others out; its server connects again. A connection counts as silent while it
// sends no packet that was wanted.
//
// Threads: one.
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
  // Gets each packet; the bytes are valid during the call only. Returns whether the packet was
  // wanted.
  using Take = std::function<bool(const RawEndpoint& peer, std::string_view packet)>;

  explicit HepConnections(Fd listener) : listener_(std::move(listener)) {}

  // Adds the descriptors that become readable when receive() has something to do.
  void add_descriptors(std::vector<int>* fds) const;
  // Reads from those connections that have something, from at most kReadAtOnce (16) in one call,
  // and accepts all that wait. Never waits itself.
  void receive(const Take& take);

  uint64_t closed_for_room() const { return closed_for_room_; }

 private:
  struct Connection {
    Fd fd;
    RawEndpoint peer;
    uint64_t heard = 0;  // clock_ at the last packet that was wanted
    std::string bytes = {};
  };

  bool read(Connection& connection, const Take& take);
  void accept_all();
  void make_room(const RawEndpoint& peer);
  void close_silent(const RawEndpoint* peer);

  Fd listener_;
  std::vector<Connection> connections_;
  uint64_t clock_ = 0;  // counts connections and packets that were wanted
  uint64_t closed_for_room_ = 0;
  size_t turn_ = 0;  // the connection that is looked at first
};

// The first HEP packet of `bytes`, or, where none begins, the bytes up to the next one. Empty while
// more bytes are needed to tell. The result points into `bytes`.
std::string_view next_hep(std::string_view bytes);

}  // namespace sipladder
