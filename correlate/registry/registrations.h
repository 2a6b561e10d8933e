// Bindings of addresses of record to contacts (RFC 3261 10), with their history: grants, refreshes,
// challenges, moves. update() reads each REGISTER once. Bindings of devices whose REGISTERs do not
// pass here are known from the 2xxs that list them.
//
// Lifetime: Model and PacketLog must outlive Registrations. What it returns is valid until the next
// update(). Threads: one at a time, while the Model may be read.
// Bounds: kMaxBindings in all; further ones are left out. A 2xx adds no binding to an address that
// has kMaxListed. Of the bindings that a REGISTER can end, the kMaxOpen newest are looked at. The
// first kMaxMoves moves and kMaxFlows flows are kept.
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

// A flow of RFC 5626: an instance and a reg-id, registered from one socket at one edge.
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

// Indexes of bindings, in the order in which REGISTERs asked for them. Bounds: the kMaxOpen newest.
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
  // Moves over UDP. BindingMove::lost is not filled: see find_lost_requests().
  const std::vector<BindingMove>& moves() const { return moves_; }
  const std::vector<RegisteredFlow>& flows() const { return flows_; }
  BindingState state_of(const Binding& binding) const;  // at watched_until()
  // Until when the point that saw the binding's newest message goes on capturing.
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
    OpenBindings open;           // bindings for which a REGISTER was seen
    std::vector<size_t> listed;  // indexes of Binding::listed ones; at most kMaxListed
  };
  absl::flat_hash_map<std::string, Address> by_aor_;
  // Bindings that a new contact can replace: by address and Call-ID, and by address and instance.
  absl::flat_hash_map<uint64_t, OpenBindings> replaceable_;
  // Where the registrar saw each registration last, by hash of flow_of().
  struct Seen {
    Endpoint place;
    MessageId message;
    CallId call;
    uint32_t cseq = 0;
    // Where the newest REGISTER under another Call-ID came from.
    Endpoint other_place;
    CallId other_call;
    bool shared = false;  // two clients use one Contact: what looks like a move is none
  };
  absl::flat_hash_map<uint64_t, Seen> seen_;
  std::vector<BindingMove> moves_;
  std::vector<RegisteredFlow> flows_;
  absl::flat_hash_map<uint64_t, size_t> flow_places_;
  // Of the transaction that is being read. Indexes of the bindings that its request asks for; and
  // the contacts that its response lists, by contact_key(), with the seconds that it grants.
  std::vector<size_t> asked_;
  absl::flat_hash_map<std::string, std::optional<uint32_t>> listed_;
};

}  // namespace sipladder
