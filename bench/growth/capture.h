// Writes packets of raw IP into a pcap file, and makes SIP messages and SDP for them. The same
// calls give the same bytes.
#pragma once

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace sipladder::growth {

struct Host {
  uint32_t ip = 0;
  uint16_t port = 5060;
};
inline constexpr Host kAlice{0x0A000001};
inline constexpr Host kBob{0x0A000002};

class Capture {
 public:
  explicit Capture(const std::string& path);

  void step(int64_t ns) { step_ns_ = ns; }  // time between two packets, from now on
  // Pseudorandom numbers (xorshift), the same in each run.
  uint32_t random();
  Host random_host(uint16_t port) { return {random() | 0x01000000U, port}; }

  void udp(Host src, Host dst, std::string_view payload);
  void tcp(Host src, Host dst, uint32_t sequence, std::string_view payload, uint8_t flags = 0x18);
  // All bytes of a stream in segments of at most `segment` bytes; sequence numbers begin with 1.
  void tcp_stream(Host src, Host dst, std::string_view bytes, size_t segment = 1400);
  // `fragment`: that field of the IP header (more-fragments flag and offset). `id` 0: the next
  // number.
  void ip(uint32_t src, uint32_t dst, uint8_t protocol, std::string_view payload,
          uint16_t fragment = 0, uint16_t id = 0);

 private:
  std::ofstream file_;
  int64_t time_ns_ = 1'700'000'000'000'000'000;
  int64_t step_ns_ = 1'000'000;
  uint16_t next_id_ = 1;
  uint64_t state_ = 0x9E3779B97F4A7C15;
};

// A request, or, with a status, a response to it.
struct Sip {
  std::string_view method = "INVITE";
  int status = 0;
  std::string branch = "1";
  std::string call = "one";
  uint64_t cseq = 1;
  std::string from = "alice", from_tag = "a";
  std::string to = "bob", to_tag = {};
  std::string contact = "<sip:alice@10.0.0.1>";
  std::string vias = {};     // lines above its own Via, each with CRLF
  std::string headers = {};  // further lines, each with CRLF
  std::string sdp = {};

  Sip as(std::string_view other_method, std::string other_branch, uint64_t number) const;
  Sip answer(int code, std::string tag = "b", std::string body = {}) const;
  std::string text() const;
};

std::string sdp_of(Host host, uint64_t version = 1, std::string_view lines = {});

struct Rtp {
  uint32_t ssrc = 1;
  uint16_t sequence = 0;
  uint8_t type = 0;
  bool marker = false;
  std::string payload = std::string(160, '\x55');
  std::string bytes() const;
};

std::string big_endian(uint64_t value, size_t size);

}  // namespace sipladder::growth
