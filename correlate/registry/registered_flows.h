// Flows of RFC 5626: which instance keeps which connection to which edge proxy open, as its
// accepted REGISTERs say.
//
// Lifetime: the Model must outlive RegisteredFlows. Threads: as Model. Bounds: the first kMaxFlows.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/model.h"
#include "decode/sip_message.h"

namespace sipladder {

inline constexpr size_t kMaxFlows = 100'000;

// An instance and a reg-id, registered from one socket at one edge.
struct RegisteredFlow {
  std::string aor, instance, reg_id;
  EndpointId client, edge;  // of the newest accepted REGISTER
  Transport transport = Transport::udp;
  std::optional<uint32_t> flow_timer_s;  // Flow-Timer of its 200
  bool agreed = false;                   // the 2xx requires outbound: the registrar takes part
  MessageId request;                     // the newest accepted REGISTER
  int64_t first_ns = 0;                  // 2xx from which on the client has had this address
  int64_t last_ns = 0;                   // newest 2xx
};

// The flow that a REGISTER asks for by RFC 5626 4.2. With an empty reg_id it asks for none.
RegisteredFlow asked_flow(const SipIndex& sip, const std::string& aor);

class RegisteredFlows {
 public:
  // `txn` is accepted, and `response` is its 2xx. `key`: flow_of() of the REGISTER.
  void note(const std::string& key, RegisteredFlow flow, const TransactionRecord& txn,
            const SipIndex& response);
  void forget_evicted(const Model& model);
  const std::vector<RegisteredFlow>& all() const { return flows_; }

 private:
  std::vector<RegisteredFlow> flows_;
  absl::flat_hash_map<uint64_t, size_t> places_;  // in flows_, by hash of the key
};

}  // namespace sipladder
