#include "query/table_description.h"

namespace sipladder {
namespace {

const RelayPort& port_of(Reader& r, RowId row) {
  return r.model.relay_ports[RelayPortId{row.id}];
}
const RelaySession& told_of(Reader& r, RowId row) {
  return r.model.relay_sessions.at(port_of(r, row).session);
}

// Getters that see what they are about.
template <auto kGet>
void of_port(Reader& r, RowId row, Value& v) {
  kGet(port_of(r, row), v);
}
template <auto kGet>
void of_session(Reader& r, RowId row, Value& v) {
  kGet(told_of(r, row), v);
}
using Named = RelayPort;
using Told = RelaySession;

}  // namespace

const TableDescription kRelaySessionsTable{
    "relay_sessions",
    "one row per address that the control of a media relay (rtpengine, rtpproxy) names",
    {
        {"id", "INTEGER", "in capture order", row_id},
        {"call_id", "TEXT", "as the proxy told the relay",
         of_session<[](const Told& s, Value& v) { v.set_if(s.call_id); }>},
        {"call", "INTEGER", "calls.id with that Call-ID; NULL: its SIP is not in this capture",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(uint64_t{r.relays.call_of(port_of(r, row)).value});
         }},
        {"party", "TEXT",
         "caller, callee: whose address it is, or whom the relay's port faces; NULL: the first "
         "command seen came within a dialog",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.relays.party_of(port_of(r, row))));
         }},
        {"tag", "TEXT", "From or To tag of that party, where it is known",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(told_of(r, row).tags[port_of(r, row).side]);
         }},
        {"end", "TEXT", "relay: a port that the relay opened; party: where the party receives",
         of_port<[](const Named& p, Value& v) { v.set(p.of_relay ? "relay" : "party"); }>},
        {"address", "TEXT", "for RTP",
         of_port<[](const Named& p, Value& v) { v.set_ip(p.address); }>},
        {"port", "INTEGER", "for RTP",
         of_port<[](const Named& p, Value& v) { v.set_port(p.address); }>},
        {"mline", "INTEGER", "0-based, of the SDP",
         of_port<[](const Named& p, Value& v) { v.set(int64_t{p.line}); }>},
        {"from_ns", "INTEGER", "when it was first named",
         of_port<[](const Named& p, Value& v) { v.set(p.from_ns); }>},
        {"until_ns", "INTEGER",
         "when the session was deleted, or another address took its place; NULL: not yet",
         of_port<[](const Named& p, Value& v) { v.set_time(true, p.until_ns); }>},
        {"source", "TEXT", "ng, rtpproxy: the protocol that told it",
         of_session<[](const Told& s, Value& v) { v.set(to_string(s.protocol)); }>},
        {"relay", "TEXT", "where the relay takes commands",
         of_session<[](const Told& s, Value& v) { v.set(to_string(s.relay)); }>},
        {"file", "INTEGER", "capture.file",
         of_port<[](const Named& p, Value& v) { v.set(int64_t{p.source} + 1); }>},
        {"frame", "INTEGER", "that named it first",
         of_port<[](const Named& p, Value& v) { v.set(int64_t{p.frame}); }>},
    },
    [](Reader& r) {
      r.relays.update();
      return r.model.relay_ports.size();
    },
    one_if_held<&Model::relay_ports>,
    "id,call_id,call,party,tag,\"end\",address,port,from_ns,until_ns,source",
    "until_ns,tag,source"};

}  // namespace sipladder
