// Bindings of addresses of record to contacts (RFC 3261 10), with their history: grants, refreshes,
// challenges, moves. update() reads each REGISTER once. Bindings of devices whose REGISTERs do not
// pass here are known from the 2xxs that list them.
//
// Lifetime: Model and PacketLog must outlive Registrations. What it returns is valid until the next
// update(). Threads: one at a time, while the Model may be read.
// Bounds: kMaxBindings in all; further ones are left out. A 2xx adds no binding to an address that
// has kMaxListed. Of the bindings that a REGISTER can end, the kMaxOpen newest are looked at.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>
#include <vector>

#include "correlate/model/keyed_rows.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/registry/binding.h"
#include "correlate/registry/binding_moves.h"
#include "correlate/registry/registered_flows.h"
#include "correlate/sip/finished_transactions.h"

namespace sipladder {

inline constexpr size_t kMaxBindings = 1'000'000;
inline constexpr size_t kMaxListed = 64;
inline constexpr size_t kMaxOpen = 64;

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
  const std::vector<BindingMove>& moves() const { return moves_.all(); }
  const std::vector<RegisteredFlow>& flows() const { return flows_.all(); }
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
  std::optional<uint32_t> granted_to(std::string_view contact, std::optional<uint32_t> asked,
                                     bool has_response) const;
  void remove_all(const std::string& aor);
  void note_lapse(Binding& binding, const TransactionRecord& txn) const;
  bool one_hop_before(const Binding& binding, const TransactionRecord& txn) const;
  void replace_others(const std::string& aor, const TransactionRecord& txn);
  void replace(const OpenBindings& others, const TransactionRecord& txn, Binding& accepted);
  void answer(Binding& binding, const TransactionRecord& txn, std::optional<uint32_t> granted);
  void note_source(const std::string& flow, const TransactionRecord& txn, bool began_anew,
                   bool by_contact);
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
  BindingMoves moves_;
  RegisteredFlows flows_;
  // Of the transaction that is being read. Indexes of the bindings that its request asks for; and
  // the contacts that its response lists, by contact_key(), with the seconds that it grants.
  std::vector<size_t> asked_;
  absl::flat_hash_map<std::string, std::optional<uint32_t>> listed_;
};

}  // namespace sipladder
