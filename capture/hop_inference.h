// The ends of messages in a log that does not name them, told from the messages: who sent a request
// and gets its responses stands in the topmost Via; where it went, in the Via that the next hop put
// above it, in Route, the Request-URI and Contact. The own side of a log that says "sent" or
// "received" is the sent-by of its own requests.
//
// Bounds: kMaxHops requests, then all is forgotten.
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
  void learn(const TraceMessage& message);
  // Of a message that was learned, and as many behind it as possible.
  void fill(TraceMessage* message) const;

 private:
  // What tells an end, the best last.
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

  void learn_own(const TraceMessage& message, const MessageHops& hops);
  RawEndpoint own_side(const TraceMessage& message, const MessageHops& hops) const;
  RawEndpoint resolved(const RawEndpoint& end) const;
  bool is_own(const RawEndpoint& end) const { return own_.contains(key_of(end)); }
  static std::string key_of(const RawEndpoint& end);

  static constexpr size_t kMaxHops = 100'000;
  std::map<std::string, Hop, std::less<>> hops_;
  std::map<std::string, RawEndpoint> names_;  // the address of a host that Via names
  struct Own {
    RawEndpoint end;
    size_t count = 0;
  };
  std::map<std::string, Own> own_;
  RawEndpoint own_contact_;  // of responses, where the log has no request of its own
};

}  // namespace sipladder
