// What each address does: phone, proxy, registrar, B2BUA, media relay; by Via, REGISTER and media,
// not by name. Computed when asked. Threads: as Model.
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
  MessageId agent_message;  // first message that it wrote itself
  bool wrote = false;       // it writes requests of its own: the next two are known
  bool passes_on = false;   // what it sends has the Via of another, or its own Record-Route
  MessageId answer;         // first 2xx to an INVITE that it sent
  Transport transport = Transport::udp;
};

class EndpointRoles {
 public:
  EndpointRoles(const Model& model, const PacketLog& log, Legs& legs)
      : model_(model), legs_(legs), view_(log) {}

  void update();
  const EndpointFacts& of(EndpointId id) const { return facts_[id]; }
  uint32_t size() const { return seen_endpoints_; }

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
