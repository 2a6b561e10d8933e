// Which calls the control of media relays speaks of, and which of its addresses a stream has.
//
// Call update() before reading; cheap when nothing is new. Threads: as Model. Memory: a slot for
// each call and each address, once a relay's control is in the capture.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

#include "correlate/model/hash.h"
#include "correlate/model/model.h"
#include "correlate/session/media_binding.h"

namespace sipladder {

class RelayNames {
 public:
  explicit RelayNames(const Model& model) : model_(model) {}

  void update();

  // The call with its Call-ID: where there are several, the newest that had begun. None: its SIP is
  // not here.
  CallId call_of(const RelayPort& port) const;
  Party party_of(const RelayPort& port) const;
  // What named one of its ends meanwhile, the relay's own ports first. Null: nothing.
  const RelayPort* naming(const StreamRecord& stream) const;

 private:
  const RelayPort* at(const Endpoint& end, const StreamRecord& stream) const;

  const Model& model_;
  uint32_t ports_ = 0;
  uint32_t calls_seen_ = 0;
  uint32_t epoch_ = 0;
  absl::flat_hash_map<uint64_t, std::vector<CallId>, IdentityHash> calls_;  // by Call-ID
  absl::flat_hash_map<Endpoint, std::vector<RelayPortId>, EndpointHash> by_address_;
};

// Of a stream that belongs to no call: a sentence without its full stop. `names` and `media` are up
// to date.
std::string why_no_call(const Model& model, const RelayNames& names, const MediaBinding& media,
                        StreamId stream);

}  // namespace sipladder
