#include "query/table_description.h"

namespace sipladder {
namespace {

const EndpointFacts& facts(Reader& r, RowId row) {
  return r.analyst.endpoints().of(EndpointId{row.id});
}
const EndpointNat* nat(Reader& r, RowId row) {
  return r.analyst.nat().of(r.endpoint(EndpointId{row.id}));
}
void set_seconds(int64_t duration_ns, Value& v) {
  if (duration_ns != 0) v.set_real(static_cast<double>(duration_ns) / 1e9);
}

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
        {"behind_nat", "INTEGER", "a NAT translates it on its way; NULL without proof",
         [](Reader& r, RowId row, Value& v) {
           const auto behind = r.analyst.nat().is_behind_nat(r.endpoint(EndpointId{row.id}));
           if (behind) v.set(int64_t{*behind});
         }},
        {"private_address", "TEXT", "what it believes it is",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(to_string(n->private_address));
         }},
        {"public_address", "TEXT", "what the world sees",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(to_string(n->public_end.ip));
         }},
        {"public_port", "INTEGER", "the port that the world sees",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(uint64_t{n->public_end.port});
         }},
        {"nat_type", "TEXT", "the classic name of the NAT; NULL without proof",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(to_string(n->type));
         }},
        {"mapping", "TEXT", "RFC 4787 4.1; NULL without proof",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(to_string(n->mapping));
         }},
        {"filtering", "TEXT", "RFC 4787 5; NULL without proof",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(to_string(n->filtering));
         }},
        {"keepalive_s", "REAL", "the usual time between two keep-alives",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) set_seconds(n->keepalive_ns, v);
         }},
        {"keepalive_kind", "TEXT", "crlf, crlf2, empty, stun, options, register",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) v.set_if(to_string(n->keepalive));
         }},
        {"survived_s", "REAL", "longest silence after which a request came through",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) set_seconds(n->survived_ns, v);
         }},
        {"died_s", "REAL", "shortest silence after which a request was lost",
         [](Reader& r, RowId row, Value& v) {
           if (const EndpointNat* n = nat(r, row)) set_seconds(n->died_ns, v);
         }},
    },
    [](Reader& r) {
      r.analyst.endpoints().update();
      r.analyst.nat().update();
      return r.analyst.endpoints().size();
    },
    // The endpoint of an address that a log leaves out is not listed.
    [](Reader& r, uint32_t id) {
      const EndpointId end{id};
      return r.model.endpoints.holds(end) && r.endpoint(end).ip.family != 0 ? 1U : 0U;
    },
    "address,port,transport,role,user_agent,messages_in,messages_out,behind_nat,private_address,"
    "public_address,public_port,nat_type,keepalive_s,keepalive_kind",
    "messages_out,messages_in,keepalive_kind,keepalive_s,user_agent,transport,behind_nat"};

}  // namespace sipladder
