// Legs of one end-to-end call. The two sides of a B2BUA have different Call-IDs, but they are one
// session (session and session_reason of the `calls` table).
//
// update() reads the first INVITE of every call, once for each. Lifetime: the Model and the
// PacketLog must outlive Legs. Threads: one at a time, while the Model may be read.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <vector>

#include "correlate/model/beside_table.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// Why two legs are one session, the surest reason first. The surest one that joined a leg is shown.
enum class JoinReason : uint8_t {
  none,
  x_call_id,         // X-Call-ID or X-CID names the other leg's Call-ID
  session_id,        // the same Session-ID (RFC 7989)
  charging_vector,   // the same icid-value of P-Charging-Vector (RFC 7315)
  join_header,       // the same value of a header that the user named
  refer,             // the call that a transfer made (RFC 3515), and the call that was transferred
  sdp_origin,        // the same o= line, on both sides of one host
  media_address,     // the same media address and port, at the same time
  numbers_and_time,  // the same two parties, one host in between, within 2 s
};
std::string_view to_string(JoinReason reason);

// Some host receives the beginning of one call and sends the beginning of another, as a B2BUA does.
// Without such a host no two calls are legs of one session, and nobody has to read the first INVITE
// of every call.
bool some_host_is_between_calls(const Model& model);

class Legs {
 public:
  Legs(const Model& model, const PacketLog& log) : model_(model), view_(log) {}

  // Names of headers whose equal values join legs (JoinReason::join_header). To be called before
  // the first update().
  void join_by(std::vector<std::string> headers) { headers_ = std::move(headers); }

  void update();                            // cheap when no call is new
  CallId session_of(CallId call);           // the first leg; the call itself when it is alone
  JoinReason reason_of(CallId call) const;  // none when it is alone
  std::vector<CallId> legs_of(CallId call) const;  // the call included, ascending

 private:
  struct Leg {
    CallId call;
    int64_t start_ns = 0, end_ns = 0;
    IpAddress src, dst;
    std::string from, to;  // user parts; of a number the last digits
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
  std::vector<TransactionId> open_refers_;  // REFERs whose call may yet come
  uint32_t epoch_ = 0;
  // A parent is an earlier leg of the session, the first leg its own parent; root() shortens the
  // way. Following next_leg_ from any leg leads through all legs and back to it.
  BesideTable<CallId, CallId> parent_;
  BesideTable<CallId, CallId> next_leg_;
  BesideTable<JoinReason, CallId> reasons_;
  absl::flat_hash_map<uint64_t, std::vector<Leg>> by_key_;  // newest kMaxPerKey of each
};

}  // namespace sipladder
