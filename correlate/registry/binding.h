// One binding of an address of record to a contact (RFC 3261 10), with its history.
//
// A value. Times are nanoseconds since the epoch; 0 means "did not happen". Threads: as Model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "correlate/model/model.h"
#include "decode/sip_message.h"

namespace sipladder {

enum class BindingState : uint8_t { pending, active, expired, removed, rejected };
std::string_view to_string(BindingState state);  // empty for pending

struct Binding {
  CallId call;
  std::string aor;         // user@host of To
  std::string contact;     // URI
  std::string registrant;  // URI of From
  std::string user_agent;
  std::string instance;
  bool third_party = false;
  bool nat = false;     // Contact or sent-by names another address than the packet's source
  bool listed = false;  // known only from the 2xx to a REGISTER of another contact
  EndpointId src;       // of the newest accepted REGISTER, else of the first; none when listed
  MessageId first_message;
  MessageId last_message;  // newest REGISTER of the binding; when listed, newest 2xx
  int64_t first_ns = 0;
  int64_t last_ns = 0;     // time of last_message
  int64_t granted_ns = 0;  // newest 2xx
  CallId granted_call;     // with granted_cseq: the REGISTER that the newest 2xx answers
  uint32_t granted_cseq = 0;
  CallId challenged_call;  // with challenged_cseq: the newest REGISTER that was challenged
  uint32_t challenged_cseq = 0;
  int64_t lapse_ns = 0;           // by how much the latest refresh came too late; 0: never
  MessageId lapse_message;        // that REGISTER
  MessageId third_party_message;  // the first REGISTER whose From is not the address of record
  std::optional<uint32_t> expires_s;
  uint32_t refreshes = 0;
  uint32_t challenges = 0;
  uint32_t source_changes = 0;
  bool given_up = false;  // never granted: the client asked again with another contact instead
  BindingState state = BindingState::pending;
};

// The state at that time, which may be after the end of the granted seconds.
BindingState state_at(const Binding& binding, int64_t time_ns);

// Takes what the REGISTER of `txn` says of `contact`, one of its Contact values.
void take_request(const Model& model, const TransactionRecord& txn, const SipIndex& sip,
                  std::string_view contact, Binding& binding);

}  // namespace sipladder
