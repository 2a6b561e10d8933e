// Source and destination of messages in a log that does not name them, inferred from the messages.
// Who sent a request, and gets its responses, stands in the topmost Via (RFC 3261 section 18.2.2).
// Where it went stands in the Via that the next hop put above it, in Route, in the Request-URI or
// in Contact. Where a log says only "sent" or "received", the host that wrote it is the sent-by of
// the requests that it sent.
//
// Bounds: kMaxHops hops, then all of them are forgotten. kMaxHosts hosts each whose address and
// whose own requests are known: what comes later is not learned. forgotten() counts both.
// Threads: one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "capture/message_hops.h"
#include "capture/trace_parser.h"

namespace sipladder {

class HopInference {
 public:
  static constexpr size_t kMaxHosts = 10'000;

  HopInference() = default;
  HopInference(const HopInference&) = delete;
  HopInference& operator=(const HopInference&) = delete;
  void learn(const TraceMessage& message);
  // Fills in what the head of `message` leaves out, and then sets `inferred`. The message must have
  // been learned; the more messages behind it were learned too, the more is known.
  void fill(TraceMessage* message) const;
  // Hops that were forgotten, and what of hosts was not learned: an end that hangs on them is
  // missing, or told by a weaker proof.
  uint64_t forgotten() const { return forgotten_; }

 private:
  // What an end was told by, in ascending order of trust.
  enum class Proof : uint8_t { none, contact, domain, uri, route, next_hop, log };
  struct End {
    RawEndpoint address;
    Proof proof = Proof::none;
    void tell(const RawEndpoint& other, Proof how) {
      if (other.known && how > proof) *this = {other, how};
    }
  };
  struct Hop {
    End client, server;
  };

  void learn_name(const RawEndpoint& name, const RawEndpoint& address, bool newest);
  void learn_own(const TraceMessage& message, const MessageHops& hops);
  RawEndpoint own_side(const TraceMessage& message, const MessageHops& hops) const;
  RawEndpoint resolved(const RawEndpoint& end) const;
  bool is_own(const RawEndpoint& end) const { return own_.contains(key_of(end)); }
  static std::string key_of(const RawEndpoint& end);

  static constexpr size_t kMaxHops = 100'000;
  std::map<std::string, Hop, std::less<>> hops_;
  std::map<std::string, RawEndpoint> names_;  // the address of a host that is known by name
  struct Own {
    RawEndpoint end;
    size_t count = 0;
  };
  std::map<std::string, Own> own_;
  std::map<std::string, Own>::const_iterator most_ = own_.end();  // whose requests are most
  RawEndpoint own_contact_;  // Contact of responses that were sent: used without own requests
  uint64_t forgotten_ = 0;
};

}  // namespace sipladder
