// Legs of one end-to-end call: the two sides of a B2BUA have different Call-IDs and belong together
// all the same (session and session_reason of the `calls` table).
//
// Reads the first INVITE of every call when asked, once for each. Threads: as Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <vector>

#include "correlate/model/beside_table.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// How sure a reason is: the first one that joins two legs is the one told.
enum class JoinReason : uint8_t {
  none,
  x_call_id,         // X-Call-ID or X-CID names the other leg's Call-ID
  session_id,        // the same Session-ID (RFC 7989)
  charging_vector,   // the same icid-value of P-Charging-Vector (RFC 7315)
  join_header,       // the same value of a header that the user named
  refer,             // the call that a transfer made (RFC 3515), and the one that it came from
  sdp_origin,        // the same o= line, on both sides of one host
  media_address,     // the same media address and port, at the same time
  numbers_and_time,  // the same two parties, one host in between, within 2 s
};
std::string_view to_string(JoinReason reason);

// Some host gets the beginning of one call and begins another one, as a B2BUA does. Where none does
// there is nothing between two legs, and reading the first INVITE of every call is saved.
bool some_host_is_between_calls(const Model& model);

class Legs {
 public:
  Legs(const Model& model, const PacketLog& log) : model_(model), view_(log) {}

  // Header names beside the known ones. Before the first update().
  void join_by(std::vector<std::string> headers) { headers_ = std::move(headers); }

  void update();                            // cheap when no call is new
  CallId session_of(CallId call);           // the first leg
  JoinReason reason_of(CallId call) const;  // none for a lone leg
  std::vector<CallId> legs_of(CallId call) const;

 private:
  struct Leg {
    CallId call;
    int64_t start_ns = 0, end_ns = 0;
    IpAddress src, dst;
    std::string from, to;  // users, or their last digits
  };
  void learn(CallId id);
  void follow_refers();
  void match(const Leg& leg, JoinReason reason, uint64_t key);
  void match_numbers(const Leg& leg, const std::vector<Leg>& others);
  void join(CallId a, CallId b, JoinReason reason);
  CallId root(CallId call);

  const Model& model_;
  MessageView view_;
  std::vector<std::string> headers_;
  uint32_t seen_ = 0;
  size_t refers_seen_ = 0;
  std::vector<TransactionId> open_refers_;  // whose call may yet come
  uint32_t epoch_ = 0;
  // A parent is a leg nearer to the first; root() shortens the way. Next legs are a ring.
  BesideTable<CallId, CallId> parent_;
  BesideTable<CallId, CallId> next_leg_;
  BesideTable<JoinReason, CallId> reasons_;
  absl::flat_hash_map<uint64_t, std::vector<Leg>> by_key_;  // newest kMaxPerKey of each
};

}  // namespace sipladder
