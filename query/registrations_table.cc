#include "query/table_description.h"

namespace sipladder {
namespace {

const Binding& binding(Reader& r, RowId row) {
  return r.analyst.registrations().all()[row.id - 1];
}

bool binding_timed(Reader& r, RowId row) {
  return r.has_times(binding(r, row).first_message);
}

// For columns that only a REGISTER for this binding tells. NULL for a binding that is known only
// from the list in a 2xx.
template <typename Get>
void of_register(Reader& r, RowId row, Get get) {
  const Binding& one = binding(r, row);
  if (!one.listed) get(one);
}

}  // namespace

const TableDescription kRegistrationsTable{
    "registrations",
    "one row per binding (address of record and contact)",
    {
        {"id", "INTEGER", "in capture order",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.id}); }},
        {"call", "INTEGER", "calls.id of the first REGISTER, or of the one whose 2xx lists it",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{binding(r, row).call.value}); }},
        {"aor", "TEXT", "address of record: user@host of To",
         [](Reader& r, RowId row, Value& v) { v.set(binding(r, row).aor); }},
        {"contact", "TEXT", "URI of Contact",
         [](Reader& r, RowId row, Value& v) { v.set_if(binding(r, row).contact); }},
        {"registrant", "TEXT", "URI of From",
         [](Reader& r, RowId row, Value& v) { v.set_if(binding(r, row).registrant); }},
        {"third_party", "INTEGER", "From is not To",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set(int64_t{one.third_party}); });
         }},
        {"src", "TEXT", "where the newest accepted REGISTER came from",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set_ip(r.endpoint(one.src)); });
         }},
        {"src_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set_port(r.endpoint(one.src)); });
         }},
        {"expires_s", "INTEGER", "granted; what was left when it is only listed",
         [](Reader& r, RowId row, Value& v) {
           if (const auto expires = binding(r, row).expires_s) v.set(int64_t{*expires});
         }},
        {"state", "TEXT", "active, expired, removed, rejected",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.analyst.registrations().state_of(binding(r, row))));
         }},
        {"first_ns", "INTEGER", "first REGISTER, or 2xx that lists it",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(binding_timed(r, row), binding(r, row).first_ns);
         }},
        {"last_ns", "INTEGER", "newest REGISTER, or 2xx that lists it",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(binding_timed(r, row), binding(r, row).last_ns);
         }},
        {"refreshes", "INTEGER", "accepted again while active",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set(int64_t{one.refreshes}); });
         }},
        {"challenges", "INTEGER", "401 and 407",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set(int64_t{one.challenges}); });
         }},
        {"user_agent", "TEXT", "User-Agent",
         [](Reader& r, RowId row, Value& v) { v.set_if(binding(r, row).user_agent); }},
        {"nat", "INTEGER", "Contact or Via name another address than the source",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set(int64_t{one.nat}); });
         }},
        {"source_changes", "INTEGER", "times the public address or port moved",
         [](Reader& r, RowId row, Value& v) {
           of_register(r, row, [&](const Binding& one) { v.set(int64_t{one.source_changes}); });
         }},
        {"instance", "TEXT", "+sip.instance",
         [](Reader& r, RowId row, Value& v) { v.set_if(binding(r, row).instance); }},
        {"contact_reach", "TEXT",
         "what keeps a private Contact in reach: outbound, gruu, path, received, alias, rewritten, "
         "source (requests sent there are answered); lost: a request for it died; NULL: it is not "
         "private, or nothing tells",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.contacts.of(binding(r, row))));
         }},
    },
    [](Reader& r) {
      r.analyst.registrations().update();
      return static_cast<uint32_t>(r.analyst.registrations().all().size());
    },
    [](Reader& r, uint32_t id) {
      return r.analyst.registrations().all()[id - 1].given_up ? 0U : 1U;
    },
    "id,aor,contact,src,src_port,expires_s,state,refreshes,challenges,nat",
    "challenges,refreshes,id,nat"};

}  // namespace sipladder
