#include "query/table_description.h"

namespace sipladder {
namespace {

const EndpointFacts& facts(Reader& r, RowId row) {
  return r.analyst.endpoints().of(EndpointId{row.id});
}
void null(Reader&, RowId, Value&) {}

void user_agent(Reader& r, RowId row, Value& v) {
  const SipIndex& sip = r.sip(facts(r, row).agent_message);
  const HeaderId header = sip.is_request ? HeaderId::user_agent : HeaderId::server;
  const bool own = facts(r, row).wrote || !sip.is_request;
  if (own && facts(r, row).role != Role::proxy) v.set_if(sip.value(header));
}

}  // namespace

const TableDescription kEndpointsTable{
    "endpoints",
    "one row per address and port seen as a SIP or media peer",
    {
        {"address", "TEXT", "address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(EndpointId{row.id})); }},
        {"port", "INTEGER", "port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(EndpointId{row.id})); }},
        {"transport", "TEXT", "of its newest message; udp for media",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(facts(r, row).transport)); }},
        {"role", "TEXT", "ua, proxy, registrar, b2bua, media",
         [](Reader& r, RowId row, Value& v) { v.set_if(to_string(facts(r, row).role)); }},
        {"user_agent", "TEXT", "User-Agent or Server of what it wrote", user_agent},
        {"messages_in", "INTEGER", "SIP messages to it",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{facts(r, row).messages_in}); }},
        {"messages_out", "INTEGER", "SIP messages from it",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{facts(r, row).messages_out}); }},
        {"behind_nat", "INTEGER", "its own Via names another address; NULL when it wrote none",
         [](Reader& r, RowId row, Value& v) {
           if (facts(r, row).wrote) v.set(int64_t{facts(r, row).behind_nat});
         }},
        {"private_address", "TEXT", "what it believes it is",
         [](Reader& r, RowId row, Value& v) {
           if (facts(r, row).behind_nat) v.set(to_string(facts(r, row).private_address));
         }},
        {"nat_type", "TEXT", "NULL: the capture holds no proof", null},
        {"keepalive_s", "REAL", "NULL: not measured", null},
    },
    [](Reader& r) {
      r.analyst.endpoints().update();
      return r.analyst.endpoints().size();
    },
    // What a log leaves out is no address.
    [](Reader& r, uint32_t id) {
      const EndpointId end{id};
      return r.model.endpoints.holds(end) && r.endpoint(end).ip.family != 0 ? 1U : 0U;
    }};

}  // namespace sipladder
