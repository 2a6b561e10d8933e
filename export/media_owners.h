// Tells which calls use an address and port for media at a given time: those that named it in SDP,
// or whose streams have it as an end.
//
// The constructor reads all SDP of the capture. `model`, `log` and `analyst` must outlive this
// object. Threads: as Model. Bounds: kMostClaims claims are kept for each endpoint; a new one
// replaces the oldest.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/hash.h"
#include "correlate/model/model.h"

namespace sipladder {

class MediaOwners {
 public:
  MediaOwners(const Model& model, const PacketLog& log, Analyst& analyst);

  // The calls whose media use `end` at that time. Several calls only when they are legs of one
  // session.
  std::vector<CallId> owners(const Endpoint& end, int64_t time_ns) const;

 private:
  struct Claim {
    int64_t time_ns;
    CallId call;
  };
  void learn(MessageId id);
  void claim(const Endpoint& end, int64_t time_ns, CallId call);
  void claim_with_rtcp(const Endpoint& end, int64_t time_ns, CallId call);
  bool is_over(CallId call, int64_t time_ns) const;
  const Claim* newest(const std::vector<Claim>& claims, int64_t time_ns) const;

  static constexpr size_t kMostClaims = 256;
  const Model& model_;
  Analyst& analyst_;
  MessageView view_;
  absl::flat_hash_map<Endpoint, std::vector<Claim>, EndpointHash> claims_;
};

}  // namespace sipladder
