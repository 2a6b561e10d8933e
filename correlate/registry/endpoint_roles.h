// What each address does: phone, proxy, registrar, B2BUA, media relay. Told by Via, REGISTER and
// media, not by names.
//
// Lifetime: Model, PacketLog and Legs must outlive EndpointRoles. Threads: one at a time, while the
// Model may be read.
#pragma once

#include <string>
#include <vector>

#include "correlate/model/beside_table.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/session/legs.h"

namespace sipladder {

enum class Role : uint8_t { unknown, ua, proxy, registrar, b2bua, media };
std::string_view to_string(Role role);  // empty for unknown

struct EndpointFacts {
  Role role = Role::unknown;
  uint32_t messages_in = 0;
  uint32_t messages_out = 0;
  MessageId agent_message;  // first request that it sent, else its first response
  bool wrote = false;       // agent_message is a request with no Via but its own
  bool passes_on = false;   // what it sends has the Via of another, or its own Record-Route
  MessageId answer;         // first 2xx to an INVITE that it sent
  Transport transport = Transport::udp;
};

class EndpointRoles {
 public:
  EndpointRoles(const Model& model, const PacketLog& log, Legs& legs)
      : model_(model), legs_(legs), view_(log) {}

  // Computes all roles again when something is new: looks at all messages, reads some again.
  void update();
  // Requires an endpoint that was there at the last update(). Valid until the next one.
  const EndpointFacts& of(EndpointId id) const { return facts_[id]; }
  uint32_t size() const { return seen_endpoints_; }  // ids of endpoints at the last update()

 private:
  void count_messages();
  void read_own(EndpointId id);
  bool routes_itself(EndpointId id);
  void mark(const IpAddress& ip, Role role);
  void mark_hops();
  void mark_legs();
  bool is_own_request(const TransactionRecord& txn);
  void mark_same_call_legs();
  void mark_media();

  const Model& model_;
  Legs& legs_;
  MessageView view_;
  uint32_t epoch_ = 0;
  uint32_t seen_messages_ = 0;
  uint32_t seen_endpoints_ = 0;
  BesideTable<EndpointFacts, EndpointId> facts_;
  absl::flat_hash_map<std::string, Role> by_ip_;
};

}  // namespace sipladder
