// Bindings of addresses of record to contacts (RFC 3261 10), with their history: grants, refreshes,
// challenges, moves. Read from the REGISTERs when asked, each once; and those of other devices,
// whose REGISTERs do not pass here, from the 2xx that list them.
//
// Threads: as Model. Bounds: kMaxBindings, kMaxListed of one address that are only listed; further
// ones are left out.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <optional>
#include <string>
#include <vector>

#include "correlate/finished_transactions.h"
#include "correlate/keyed_rows.h"
#include "correlate/message_view.h"
#include "correlate/model.h"

namespace sipladder {

inline constexpr size_t kMaxBindings = 1'000'000;
inline constexpr size_t kMaxListed = 64;

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
  bool listed = false;  // no REGISTER of it was seen: a 2xx to another one lists it
  EndpointId src;       // of the newest accepted REGISTER, else of the first; none when listed
  MessageId first_message;
  MessageId last_message;  // newest REGISTER, or 2xx that lists it
  int64_t first_ns = 0;
  int64_t last_ns = 0;     // newest REGISTER of it, or 2xx
  int64_t granted_ns = 0;  // newest 2xx
  CallId granted_call;     // with granted_cseq: the REGISTER that it was granted to
  uint32_t granted_cseq = 0;
  int64_t lapse_ns = 0;           // how much too late it was refreshed, at worst; 0: never
  MessageId lapse_message;        // the REGISTER that came then
  MessageId third_party_message;  // the first REGISTER of somebody else, of `registrant`
  std::optional<uint32_t> expires_s;
  uint32_t refreshes = 0;
  uint32_t challenges = 0;
  uint32_t source_changes = 0;
  uint16_t last_status = 0;
  bool given_up = false;  // only challenged, then asked for with another contact: no binding
  BindingState state = BindingState::pending;
};

class Registrations {
 public:
  Registrations(const Model& model, const PacketLog& log);

  void update();
  const std::vector<Binding>& all() const { return bindings_.all(); }
  BindingState state_of(const Binding& binding) const;  // as of the newest packet

 private:
  void forget_evicted();
  void learn(TransactionId id);
  Binding* binding(const std::string& aor, const std::string& contact);
  Binding* add(Binding binding);
  static void note_lapse(Binding& binding, const TransactionRecord& txn);
  bool one_hop_before(const Binding& binding, const TransactionRecord& txn) const;
  void replace_others(const std::string& aor, const TransactionRecord& txn);
  void answer(Binding& binding, const TransactionRecord& txn, std::optional<uint32_t> granted);
  void learn_listed(const std::string& aor, const TransactionRecord& txn);
  bool lists_as_asked(const std::string& aor, const TransactionRecord& txn);

  const Model& model_;
  MessageView view_;
  FinishedTransactions transactions_;
  uint32_t epoch_ = 0;
  KeyedRows<Binding> bindings_{kMaxBindings};
  absl::flat_hash_map<std::string, std::vector<size_t>> by_aor_;  // places in bindings_
  absl::flat_hash_set<std::string> listed_;  // contacts of the 2xx that is being read, as keys
};

}  // namespace sipladder
