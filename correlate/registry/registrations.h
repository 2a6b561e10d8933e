// Bindings of addresses of record to contacts (RFC 3261 10), with their history: grants, refreshes,
// challenges, moves. Read from the REGISTERs when asked, each once; and those of other devices,
// whose REGISTERs do not pass here, from the 2xx that list them.
//
// Threads: as Model. Bounds: kMaxBindings, kMaxListed of one address that are only listed; further
// ones are left out. Of the bindings that a REGISTER can end, the kMaxOpen newest are looked at.
// The first kMaxMoves moves and kMaxFlows flows are kept.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>
#include <vector>

#include "correlate/model/keyed_rows.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/registry/binding_moves.h"
#include "correlate/sip/finished_transactions.h"

namespace sipladder {

inline constexpr size_t kMaxBindings = 1'000'000;
inline constexpr size_t kMaxListed = 64;
inline constexpr size_t kMaxOpen = 64;
inline constexpr size_t kMaxMoves = 10'000;
inline constexpr size_t kMaxFlows = 100'000;

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
  CallId challenged_call;  // the same of the newest that was challenged
  uint32_t challenged_cseq = 0;
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

// A flow of RFC 5626: an instance and a reg-id, registered from one socket at one edge.
struct RegisteredFlow {
  std::string aor, instance, reg_id;
  EndpointId client, edge;  // of the newest accepted REGISTER
  Transport transport = Transport::udp;
  std::optional<uint32_t> flow_timer_s;  // Flow-Timer of its 200
  bool agreed = false;                   // the registrar requires outbound: it takes part
  MessageId request;                     // the newest
  int64_t first_ns = 0;
  int64_t last_ns = 0;
};

// Bindings by their places, those that were asked for last at the end; at most kMaxOpen.
class OpenBindings {
 public:
  void touch(size_t place);
  template <typename Gone>
  void drop(Gone gone) {
    std::erase_if(places_, gone);
  }
  const std::vector<size_t>& places() const { return places_; }

 private:
  std::vector<size_t> places_;
};

class Registrations {
 public:
  Registrations(const Model& model, const PacketLog& log);

  void update();
  const std::vector<Binding>& all() const { return bindings_.all(); }
  // Without the requests that were lost by them. Over UDP only.
  const std::vector<BindingMove>& moves() const { return moves_; }
  const std::vector<RegisteredFlow>& flows() const { return flows_; }
  BindingState state_of(const Binding& binding) const;  // as of watched_until()
  // How long its registrar's point goes on capturing after the newest that is known of it.
  int64_t watched_until(const Binding& binding) const;

 private:
  void forget_evicted();
  void learn(TransactionId id);
  Binding* binding(const std::string& aor, const std::string& contact);
  Binding* add(Binding binding);
  void open(const Binding& binding);
  OpenBindings& of_call(const std::string& aor, CallId call);
  OpenBindings& of_instance(const std::string& aor, const std::string& instance);
  void read_listed(const SipIndex& response);
  void remove_all(const std::string& aor);
  void note_lapse(Binding& binding, const TransactionRecord& txn) const;
  bool one_hop_before(const Binding& binding, const TransactionRecord& txn) const;
  void replace_others(const std::string& aor, const TransactionRecord& txn);
  void replace(const OpenBindings& others, const TransactionRecord& txn, Binding& accepted);
  void answer(Binding& binding, const TransactionRecord& txn, std::optional<uint32_t> granted);
  void note_source(const std::string& flow, const TransactionRecord& txn, bool began_anew,
                   bool by_contact);
  void note_flow(const std::string& key, RegisteredFlow flow, const TransactionRecord& txn);
  void learn_listed(const std::string& aor, const TransactionRecord& txn);
  bool lists_as_asked(const std::string& aor, const TransactionRecord& txn);

  const Model& model_;
  MessageView view_;
  FinishedTransactions transactions_;
  uint32_t epoch_ = 0;
  KeyedRows<Binding> bindings_{kMaxBindings};
  struct Address {
    size_t bindings = 0;
    OpenBindings open;           // not removed, and a REGISTER was seen
    std::vector<size_t> listed;  // places of those of which none was; at most kMaxListed
  };
  absl::flat_hash_map<std::string, Address> by_aor_;
  // Of one address and Call-ID, and of one address and instance: what a new contact can replace.
  absl::flat_hash_map<uint64_t, OpenBindings> replaceable_;
  // Where the registrar saw each registration last: its AOR, Contact, instance, reg-id, registrar.
  struct Seen {
    Endpoint place;
    MessageId message;
    CallId call;
    uint32_t cseq = 0;
    // Where the newest REGISTER under another Call-ID came from.
    Endpoint other_place;
    CallId other_call;
    bool shared = false;  // by two clients: what looks like a move is none
  };
  absl::flat_hash_map<uint64_t, Seen> seen_;
  std::vector<BindingMove> moves_;
  std::vector<RegisteredFlow> flows_;
  absl::flat_hash_map<uint64_t, size_t> flow_places_;
  // Of the transaction that is being read: bindings that its request asks for, and contacts that
  // its response lists, as keys, with what it grants them.
  std::vector<size_t> asked_;
  absl::flat_hash_map<std::string, std::optional<uint32_t>> listed_;
};

}  // namespace sipladder
