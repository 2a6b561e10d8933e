// Registrations whose public address or port changed from one accepted REGISTER to the next, and
// the requests that still went to the old address (RFC 5626 3.5).
//
// A registration is one address of record, Contact, instance, reg-id and registrar. Another
// registrar or flow is another registration, and no move. Over a reliable transport a new
// connection is no move either.
//
// Threads: as Model. Bounds: the first kMaxMoves moves.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

inline constexpr size_t kMaxMoves = 10'000;

struct BindingMove {
  std::string aor;
  Endpoint from, to;        // as the registrar sees the client; port 0: not known
  MessageId before, after;  // the two REGISTERs
  TransactionId lost;       // a request to the old address that got no answer; none: not seen
  size_t binding = 0;       // index into Registrations::all()
};

// Where the registrar sees the client. On the client's side of a NAT this is `received` and `rport`
// of the answer (port 0 without rport), else the source.
Endpoint seen_by_registrar(const Endpoint& source, const SipIndex& answer);

// The address changed, or the port did. Ports count when both are known, and not over a connection
// (`reliable`).
bool is_move(const Endpoint& from, const Endpoint& to, bool reliable);

// What an accepted REGISTER says of the place of its client.
enum class SourceChange : uint8_t {
  none,
  moved,
  shared,  // two clients use one Contact: what looked like moves of it were none
};

class BindingMoves {
 public:
  struct Accepted {
    const TransactionRecord& txn;
    const SipIndex& answer;   // its 2xx
    size_t binding;           // index into Registrations::all()
    const std::string& aor;   // of that binding
    bool is_active;           // the binding exists after the 2xx
    bool began_anew;          // it had been removed before: nothing to compare with
    bool reached_by_contact;  // see is_reached_by_contact()
  };
  // Compares where an accepted REGISTER came from with where the one before did. `flow`: flow_of()
  // of the REGISTER.
  SourceChange note(const Model& model, const std::string& flow, const Accepted& accepted);
  void forget_evicted(const Model& model);
  // Moves over UDP. BindingMove::lost is not filled: see find_lost_requests().
  const std::vector<BindingMove>& all() const { return moves_; }

 private:
  struct Seen {
    Endpoint place;
    MessageId message;
    CallId call;
    uint32_t cseq = 0;
    // Where the newest REGISTER under another Call-ID came from.
    Endpoint other_place;
    CallId other_call;
    bool shared = false;
  };
  // Where the registrar saw each registration last, by hash of flow_of().
  absl::flat_hash_map<uint64_t, Seen> seen_;
  std::vector<BindingMove> moves_;
};

// Fills `lost` with requests to the old address that were sent after the newest packet from there.
// Looks at all messages and transactions once.
void find_lost_requests(const Model& model, std::vector<BindingMove>* moves);

// Nobody answered the request, and two seconds have passed since.
bool is_left_unanswered(const Model& model, const TransactionRecord& txn);

}  // namespace sipladder
