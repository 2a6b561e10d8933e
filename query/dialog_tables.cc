// The tables `transactions` and `dialogs`.
#include "correlate/sip/dialogs.h"
#include "correlate/sip/transactions.h"
#include "decode/text.h"
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const TransactionRecord& txn(Reader& r, RowId row) {
  return r.model.transactions[TransactionId{row.id}];
}
const DialogRecord& dialog(Reader& r, RowId row) {
  return r.model.dialogs[DialogId{row.id}];
}

bool txn_timed(Reader& r, RowId row) {
  return r.has_times(txn(r, row).first_message);
}
bool dialog_timed(Reader& r, RowId row) {
  return r.has_times(dialog(r, row).created_by);
}

void timer(Reader& r, RowId row, Value& v) {
  const char fired = state_as_of_now(r.model, txn(r, row)).timer;
  if (fired != 0) v.set(std::string_view(&fired, 1));
}

// The tag of a party: From or To of the message that created the dialog.
void tag(Reader& r, RowId row, bool of_caller, Value& v) {
  const DialogRecord& d = dialog(r, row);
  const MessageRecord& m = r.model.messages[d.created_by];
  const bool from = (m.is_request() == m.from_caller) == of_caller;
  v.set_if(tag_of(r.sip(d.created_by).value(from ? HeaderId::from : HeaderId::to)));
}

void target(Reader& r, MessageId id, Value& v) {
  if (id) v.set_if(parse_name_addr(r.sip(id).value(HeaderId::contact)).uri);
}

void route_set(Reader& r, RowId row, Value& v) {
  const MessageId id = dialog(r, row).route_set;
  if (!id) return;
  const auto routes = header_values(r.sip(id), HeaderId::record_route);
  JsonArray array;
  for (auto route = routes.rbegin(); route != routes.rend(); ++route) array.add(unfold(*route));
  v.set(array.text());
}

void session_expires(Reader& r, RowId row, Value& v, bool refresher) {
  const MessageId id =
      dialog(r, row).callee_target ? dialog(r, row).callee_target : dialog(r, row).created_by;
  std::string_view value = r.sip(id).value(HeaderId::session_expires);
  if (value.empty()) return;
  const auto seconds = parse_number<uint32_t>(trim(cut(&value, ';')));
  if (refresher) {
    v.set_if(param(value, "refresher").value_or(""));
  } else if (seconds) {
    v.set(int64_t{*seconds});
  }
}

// Whether the clock of the capture was set back while the transaction lasted.
bool crosses_step(Reader& r, const TransactionRecord& t) {
  return step_between(r.model, r.model.messages[t.first_message], r.model.messages[t.last_message]);
}

}  // namespace

const TableDescription kTransactionsTable{
    "transactions",
    "RFC 3261 17, per hop, as seen at the capture point",
    {
        {"id", "INTEGER", "1-based, in capture order", row_id},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{txn(r, row).call.value}); }},
        {"dialog", "INTEGER", "dialogs.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{txn(r, row).dialog.value}); }},
        {"method", "TEXT", "as written",
         [](Reader& r, RowId row, Value& v) {
           const SipIndex& sip = r.sip(txn(r, row).first_message);
           v.set_if(sip.is_request ? sip.method : sip.cseq.method);
         }},
        {"branch", "TEXT", "of the topmost Via",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(parse_via(r.sip(txn(r, row).first_message).value(HeaderId::via)).branch);
         }},
        {"cseq", "INTEGER", "CSeq number",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{txn(r, row).cseq}); }},
        {"kind", "TEXT", "invite, non-invite, ack-2xx",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(txn(r, row).kind)); }},
        {"src", "TEXT", "who sent the request",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(txn(r, row).src)); }},
        {"src_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(txn(r, row).src)); }},
        {"dst", "TEXT", "where it went",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(txn(r, row).dst)); }},
        {"dst_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(txn(r, row).dst)); }},
        {"transport", "TEXT", "udp, tcp, ...",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(txn(r, row).transport)); }},
        {"first_ns", "INTEGER", "first message",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(txn_timed(r, row), txn(r, row).first_ns);
         }},
        {"last_ns", "INTEGER", "last message",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(txn_timed(r, row), txn(r, row).last_ns);
         }},
        {"state", "TEXT",
         "calling or trying, proceeding, completed, accepted, confirmed, terminated, timed-out",
         [](Reader& r, RowId row, Value& v) {
           v.set(to_string(state_as_of_now(r.model, txn(r, row)).state));
         }},
        {"final_status", "INTEGER", "final response",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{txn(r, row).final_status}); }},
        {"provisionals", "INTEGER", "1xx seen",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{txn(r, row).provisionals}); }},
        {"requests", "INTEGER", "copies of the request",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{txn(r, row).requests}); }},
        {"responses", "INTEGER", "copies of the final response",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{txn(r, row).responses}); }},
        {"first_response_ms", "REAL", "request to first response",
         [](Reader& r, RowId row, Value& v) {
           const TransactionRecord& t = txn(r, row);
           if (t.request && txn_timed(r, row) && !crosses_step(r, t))
             v.set_milliseconds(t.first_ns, t.first_response_ns);
         }},
        {"final_response_ms", "REAL", "request to final response",
         [](Reader& r, RowId row, Value& v) {
           const TransactionRecord& t = txn(r, row);
           if (t.request && txn_timed(r, row) && !crosses_step(r, t))
             v.set_milliseconds(t.first_ns, t.final_response_ns);
         }},
        {"cancelled", "INTEGER", "a CANCEL was seen for it",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{txn(r, row).cancelled}); }},
        {"timer", "TEXT", "the timer that must have fired", timer},
        {"request_path", "INTEGER", "the same request at the previous hop",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(uint64_t{txn(r, row).request_path.value});
         }},
    },
    [](Reader& r) { return r.model.transactions.size(); },
    one_if_held<&Model::transactions>,
    "id,call,method,cseq,kind,src,src_port,dst,dst_port,state,final_status,provisionals,requests,"
    "responses,final_response_ms,timer,branch",
    "branch,provisionals,kind,cseq,responses,requests,timer",
    RowsCome::read};

const TableDescription kDialogsTable{
    "dialogs",
    "RFC 3261 12: Call-ID and both tags",
    {
        {"id", "INTEGER", "1-based, in capture order", row_id},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{dialog(r, row).call.value}); }},
        {"call_id", "TEXT", "Call-ID",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(r.sip(dialog(r, row).created_by).value(HeaderId::call_id));
         }},
        {"caller_tag", "TEXT", "tag of the caller's side",
         [](Reader& r, RowId row, Value& v) { tag(r, row, true, v); }},
        {"callee_tag", "TEXT", "tag of the callee's side",
         [](Reader& r, RowId row, Value& v) { tag(r, row, false, v); }},
        {"state", "TEXT", "early, confirmed, terminated",
         [](Reader& r, RowId row, Value& v) {
           static constexpr std::string_view kNames[] = {"early", "confirmed", "terminated"};
           const DialogState state = state_as_of_now(r.model, dialog(r, row));
           v.set(kNames[static_cast<size_t>(state)]);
         }},
        {"early_ns", "INTEGER", "first seen",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(dialog_timed(r, row), dialog(r, row).early_ns);
         }},
        {"confirmed_ns", "INTEGER", "2xx",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(dialog_timed(r, row), dialog(r, row).confirmed_ns);
         }},
        {"ended_ns", "INTEGER", "BYE, or the end of its last subscription",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(dialog_timed(r, row), dialog(r, row).ended_ns);
         }},
        {"ended_by", "TEXT", "caller, callee",
         [](Reader& r, RowId row, Value& v) { v.set_if(to_string(dialog(r, row).ended_by)); }},
        {"caller_target", "TEXT", "remote target of the callee's requests",
         [](Reader& r, RowId row, Value& v) { target(r, dialog(r, row).caller_target, v); }},
        {"callee_target", "TEXT", "remote target of the caller's requests",
         [](Reader& r, RowId row, Value& v) { target(r, dialog(r, row).callee_target, v); }},
        {"caller_reach", "TEXT",
         "what keeps a private caller_target in reach: route (Record-Route), outbound, gruu, "
         "alias; lost: a request for it died; NULL: it is not private, or nothing tells",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.contacts.of(DialogId{row.id}, Party::caller)));
         }},
        {"callee_reach", "TEXT", "of callee_target, likewise",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.contacts.of(DialogId{row.id}, Party::callee)));
         }},
        {"route_set", "JSON", "as the caller must use it", route_set},
        {"forked", "INTEGER", "one of several of a fork",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{dialog(r, row).forked}); }},
        {"secure", "INTEGER", "sips",
         [](Reader& r, RowId row, Value& v) {
           v.set(int64_t{starts_no_case(
               r.sip(r.model.calls[dialog(r, row).call].first_request).request_uri, "sips:")});
         }},
        {"session_expires_s", "INTEGER", "RFC 4028",
         [](Reader& r, RowId row, Value& v) { session_expires(r, row, v, false); }},
        {"refresher", "TEXT", "uac or uas",
         [](Reader& r, RowId row, Value& v) { session_expires(r, row, v, true); }},
    },
    [](Reader& r) { return r.model.dialogs.size(); },
    one_if_held<&Model::dialogs>,
    "id,call,state,caller_tag,callee_tag,ended_by,caller_target,callee_target,route_set,forked",
    "callee_tag,caller_tag,route_set,forked",
    RowsCome::read};

}  // namespace sipladder
