// The connection to a HEP collector over UDP, TCP or TLS. Only finish() waits: the caller polls
// what add_descriptors() gives and calls work(). Times are those of monotonic_ns().
//
// Packets that cannot be sent at once are queued, up to kMostQueued bytes; beyond, new packets are
// dropped and counted. A connection that fails is made again after 1, 2, 4 .. 30 s
// (kLongestPauseNs), and the packet that was being sent is sent again as a whole. Names are looked
// up once. Threads: one.
#pragma once

#include <poll.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "capture/hep_sockets.h"
#include "probe/host_port.h"

struct ssl_ctx_st;
struct ssl_st;

namespace sipladder {

enum class HepTransport : uint8_t { udp, tcp, tls };

inline constexpr size_t kMostQueued = 16 << 20;
inline constexpr int64_t kLongestPauseNs = 30'000'000'000;
inline constexpr int64_t kConnectLimitNs = 10'000'000'000;

class HepLink {
 public:
  HepLink();
  ~HepLink();
  HepLink(const HepLink&) = delete;
  HepLink& operator=(const HepLink&) = delete;

  // `target`: HOST:PORT, with udp:, tcp: or tls: before it; without, it is UDP. `ca_file`: the
  // certificates that are trusted; empty: those of the system. Empty, or a sentence that says what
  // is wrong.
  std::string open(const std::string& target, const std::string& ca_file);

  void send(std::string packet, int64_t monotonic_ns);
  void work(int64_t monotonic_ns);
  void add_descriptors(std::vector<pollfd>* fds) const;
  // Sends what is queued, for at most `limit_ns`. The rest counts as dropped.
  void finish(int64_t limit_ns);

  uint64_t sent() const { return sent_; }
  uint64_t dropped() const { return dropped_; }
  uint64_t connected() const { return connections_; }  // how many times it got connected
  bool is_up() const { return state_ == State::up; }
  size_t queued_bytes() const { return queued_bytes_; }
  const std::string& trouble() const { return trouble_; }  // why it is not up, or was not

 private:
  enum class State : uint8_t { down, connecting, handshake, up };

  std::string prepare_tls(const std::string& ca_file);
  void begin_connection(int64_t monotonic_ns);
  void go_on(int64_t monotonic_ns);
  bool shake_hands();
  bool drain_input();
  long write_some(const char* bytes, size_t size);
  bool tls_waits(int result);
  void send_queued(int64_t monotonic_ns);
  void fail(const std::string& reason, int64_t monotonic_ns);

  HepTransport transport_ = HepTransport::udp;
  SocketAddress address_;
  std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)> context_;
  std::unique_ptr<ssl_st, void (*)(ssl_st*)> tls_;
  Fd fd_;
  State state_ = State::down;
  bool wants_write_ = false;
  std::deque<std::string> queue_;
  size_t queued_bytes_ = 0;
  size_t front_sent_ = 0;  // bytes of the first packet that were sent
  int64_t next_try_ns_ = 0;
  int64_t pause_ns_ = 0;
  int64_t begun_ns_ = 0;
  std::string trouble_;
  uint64_t sent_ = 0, dropped_ = 0, connections_ = 0;
};

}  // namespace sipladder
