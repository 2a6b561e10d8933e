// The tables with rows for each SIP message: `messages`, `vias` and `headers`.
#include <fmt/format.h>

#include <ctime>

#include "decode/sip_validate.h"
#include "decode/text.h"
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

MessageId id_of(RowId row) {
  return MessageId{row.id};
}
const MessageRecord& message(Reader& r, RowId row) {
  return r.model.messages[id_of(row)];
}
std::string_view header_of(Reader& r, RowId row, HeaderId id) {
  return r.sip(id_of(row)).value(id);
}
uint32_t message_count(Reader& r) {
  return r.model.messages.size();
}

// The time as text. For a log without dates, it is the time of day that the log wrote.
void rfc3339(Reader& r, RowId row, Value& v) {
  if (!r.has_times(id_of(row))) return;
  const int64_t ns = message(r, row).time_ns;
  const int64_t rest = (ns % 1'000'000'000 + 1'000'000'000) % 1'000'000'000;  // also before 1970
  const std::time_t seconds = (ns - rest) / 1'000'000'000;
  std::tm tm{};
  if (!r.model.has_dates(message(r, row).source)) {
    localtime_r(&seconds, &tm);
    return v.set(
        fmt::format("{:02}:{:02}:{:02}.{:06}", tm.tm_hour, tm.tm_min, tm.tm_sec, rest / 1000));
  }
  gmtime_r(&seconds, &tm);
  v.set(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", tm.tm_year + 1900, tm.tm_mon + 1,
                    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, rest / 1000));
}

void method(Reader& r, RowId row, Value& v) {
  const SipIndex& sip = r.sip(id_of(row));
  v.set_if(sip.is_request ? sip.method : sip.cseq.method);
  if (!r.is_readable(id_of(row))) v.set_if(to_string(message(r, row).method));
}

// Faults of a message. One that the snap length cut is not judged, since anything may be in the
// missing part.
void malformed(Reader& r, RowId row, Value& v) {
  if (!r.is_readable(id_of(row))) return v.set("bytes no longer readable");
  if (r.model.messages[id_of(row)].truncated) return;
  const SipIndex& sip = r.sip(id_of(row));
  if (sip.malformed != nullptr) return v.set(std::string_view(sip.malformed));
  const auto fault = find_syntax_fault(sip, r.bytes(id_of(row)));
  if (fault) v.set(fmt::format("{}: {}, byte {}", fault->header, fault->rule, fault->at));
}

Via via(Reader& r, RowId row) {
  const auto& values = r.vias(id_of(row));
  return row.part < values.size() ? parse_via(values[row.part]) : Via{};
}

void alias_params(Reader& r, RowId row, Value& v) {
  std::string_view params = via(r, row).params;
  std::string rest;
  while (!params.empty()) {
    const std::string_view item = trim(cut(&params, ';'));
    const std::string_view name = item.substr(0, item.find('='));
    bool known = item.empty();
    for (const std::string_view k : {"branch", "rport", "received", "maddr", "ttl"})
      known = known || equal_no_case(trim(name), k);
    if (!known) rest.append(rest.empty() ? "" : ";").append(item);
  }
  v.set_if(rest);
}

HeaderValue header_value(Reader& r, RowId row) {
  const auto& values = r.header_values(id_of(row));
  return row.part < values.size() ? values[row.part] : HeaderValue{};
}

// The hop of a topmost Via; null for other Vias, and for an ACK, which has no response.
const ViaHop* via_hop(Reader& r, RowId row) {
  if (row.part != 0 || message(r, row).method == Method::ack) return nullptr;
  return r.hops.of(message(r, row).txn);
}

std::optional<Endpoint> via_source(Reader& r, RowId row) {
  if (row.part != 0) return std::nullopt;
  const MessageRecord& m = message(r, row);
  if (m.is_request() && !m.inferred) return r.endpoint(m.src);
  const ViaHop* const hop = via_hop(r, row);  // null for a log, whose source comes from the Via
  return hop != nullptr ? std::optional(hop->source) : std::nullopt;
}

// Where a response went. For the Via of a request, it is the first response, or the first one that
// went elsewhere.
std::optional<Endpoint> via_response(Reader& r, RowId row) {
  if (row.part != 0) return std::nullopt;
  if (!message(r, row).is_request()) return r.endpoint(message(r, row).dst);
  const ViaHop* const hop = via_hop(r, row);
  return hop != nullptr && hop->is_answered() ? std::optional(hop->answered_to) : std::nullopt;
}

std::optional<Endpoint> via_response_due(Reader& r, RowId row) {
  const ViaHop* const hop = via_hop(r, row);
  return hop != nullptr ? response_due_here(*hop) : std::nullopt;
}

void via_answered(Reader& r, RowId row, Value& v) {
  const ViaHop* const hop = via_hop(r, row);
  if (hop == nullptr) return;
  if (hop->is_answered()) return v.set(int64_t{hop->repeats == 0});
  if (is_left_unanswered(r.model, r.model.transactions[hop->txn])) v.set(int64_t{0});
}

}  // namespace

const TableDescription kMessagesTable{
    "messages",
    "one row per SIP message seen, copies and retransmissions included",
    {
        {"id", "INTEGER", "1-based, in capture order", row_id},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).call.value}); }},
        {"dialog", "INTEGER", "dialogs.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{message(r, row).dialog.value}); }},
        {"txn", "INTEGER", "transactions.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{message(r, row).txn.value}); }},
        {"frame", "INTEGER", "number of the packet that completed it",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).frame}); }},
        {"file", "INTEGER", "capture.file: the source, 1-based",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).source} + 1); }},
        {"time_ns", "INTEGER", "ns since the epoch",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(r.has_times(id_of(row)), message(r, row).time_ns);
         }},
        {"time", "TEXT", "RFC 3339, UTC; the time of day where a log has no date", rfc3339},
        {"transport", "TEXT", "udp, tcp, tls, ws, wss, sctp",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(message(r, row).transport)); }},
        {"src", "TEXT", "source address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(message(r, row).src)); }},
        {"src_port", "INTEGER", "source port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(message(r, row).src)); }},
        {"dst", "TEXT", "destination address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(message(r, row).dst)); }},
        {"dst_port", "INTEGER", "destination port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(message(r, row).dst)); }},
        {"size", "INTEGER", "bytes",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).length}); }},
        {"is_request", "INTEGER", "0 or 1",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).is_request()}); }},
        {"method", "TEXT", "of the request, or of CSeq", method},
        {"status", "INTEGER", "of a response",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{message(r, row).status}); }},
        {"reason", "TEXT", "reason phrase",
         [](Reader& r, RowId row, Value& v) { v.set_if(r.sip(id_of(row)).reason); }},
        {"request_uri", "TEXT", "Request-URI",
         [](Reader& r, RowId row, Value& v) { v.set_if(r.sip(id_of(row)).request_uri); }},
        {"call_id", "TEXT", "Call-ID",
         [](Reader& r, RowId row, Value& v) { v.set_if(header_of(r, row, HeaderId::call_id)); }},
        {"from_uri", "TEXT", "URI of From",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(parse_name_addr(header_of(r, row, HeaderId::from)).uri);
         }},
        {"from_tag", "TEXT", "tag of From",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(tag_of(header_of(r, row, HeaderId::from)));
         }},
        {"to_uri", "TEXT", "URI of To",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(parse_name_addr(header_of(r, row, HeaderId::to)).uri);
         }},
        {"to_tag", "TEXT", "tag of To",
         [](Reader& r, RowId row, Value& v) { v.set_if(tag_of(header_of(r, row, HeaderId::to))); }},
        {"cseq", "INTEGER", "number of CSeq",
         [](Reader& r, RowId row, Value& v) {
           if (parse_cseq(header_of(r, row, HeaderId::cseq)).valid)
             v.set(int64_t{message(r, row).cseq});
         }},
        {"branch", "TEXT", "of the topmost Via",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(parse_via(header_of(r, row, HeaderId::via)).branch);
         }},
        {"vias", "INTEGER", "how many Via values",
         [](Reader& r, RowId row, Value& v) {
           if (r.is_readable(id_of(row))) v.set_count(r.vias(id_of(row)).size());
         }},
        {"max_forwards", "INTEGER", "Max-Forwards",
         [](Reader& r, RowId row, Value& v) {
           if (const auto number =
                   parse_number<uint32_t>(header_of(r, row, HeaderId::max_forwards)))
             v.set(int64_t{*number});
         }},
        {"contact", "TEXT", "first Contact",
         [](Reader& r, RowId row, Value& v) { v.set_if(header_of(r, row, HeaderId::contact)); }},
        {"user_agent", "TEXT", "User-Agent, or Server",
         [](Reader& r, RowId row, Value& v) {
           const std::string_view agent = header_of(r, row, HeaderId::user_agent);
           v.set_if(agent.empty() ? header_of(r, row, HeaderId::server) : agent);
         }},
        {"content_type", "TEXT", "Content-Type",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(header_of(r, row, HeaderId::content_type));
         }},
        {"content_length", "INTEGER", "Content-Length",
         [](Reader& r, RowId row, Value& v) {
           if (const auto length = r.sip(id_of(row)).content_length) v.set_count(*length);
         }},
        {"has_sdp", "INTEGER", "0 or 1",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).has_sdp}); }},
        {"retransmission_of", "INTEGER", "messages.id of the original",
         [](Reader& r, RowId row, Value& v) {
           if (message(r, row).retransmission) v.set(int64_t{message(r, row).original.value});
         }},
        {"duplicate_of", "INTEGER", "messages.id of the first capture of the same packet",
         [](Reader& r, RowId row, Value& v) {
           if (message(r, row).duplicate) v.set(int64_t{message(r, row).original.value});
         }},
        {"inferred", "INTEGER", "1: addresses told from Via, Route and Contact of a log",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{message(r, row).inferred}); }},
        {"malformed", "TEXT", "what is wrong", malformed},
        {"note", "TEXT", "what the user has written about it in the terminal UI",
         [](Reader& r, RowId row, Value& v) {
           const Notes& notes = r.analyst.notes();
           if (notes.empty()) return;
           const MessageRecord& m = message(r, row);
           const std::string_view call_id = header_of(r, row, HeaderId::call_id);
           v.set_if(notes.of(Notes::message_key(call_id, m.frame, m.source)));
         }},
        {"raw", "TEXT", "the bytes; NULL when they are no longer readable",
         [](Reader& r, RowId row, Value& v) {
           if (r.is_readable(id_of(row))) v.set(r.bytes(id_of(row)));
         }},
    },
    message_count,
    one_if_held<&Model::messages>,
    "id,call,frame,time,transport,src,src_port,dst,dst_port,method,status,reason,cseq,has_sdp,"
    "retransmission_of,call_id",
    "call_id,has_sdp,cseq,transport,retransmission_of,id,reason,call",
    RowsCome::read};

const TableDescription kViasTable{
    "vias",
    "one row per Via value",
    {
        {"message", "INTEGER", "messages.id", row_id},
        {"position", "INTEGER", "0 = topmost",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.part}); }},
        {"transport", "TEXT", "as written",
         [](Reader& r, RowId row, Value& v) { v.set_if(via(r, row).transport); }},
        {"host", "TEXT", "host of sent-by",
         [](Reader& r, RowId row, Value& v) { v.set_if(via(r, row).host); }},
        {"port", "INTEGER", "port of sent-by, NULL when absent",
         [](Reader& r, RowId row, Value& v) {
           if (const auto port = via(r, row).port) v.set(int64_t{*port});
         }},
        {"branch", "TEXT", "branch",
         [](Reader& r, RowId row, Value& v) { v.set_if(via(r, row).branch); }},
        {"has_rport", "INTEGER", "the parameter is there",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{via(r, row).has_rport}); }},
        {"rport", "INTEGER", "its value",
         [](Reader& r, RowId row, Value& v) {
           if (const auto rport = via(r, row).rport) v.set(int64_t{*rport});
         }},
        {"received", "TEXT", "received",
         [](Reader& r, RowId row, Value& v) { v.set_if(via(r, row).received); }},
        {"maddr", "TEXT", "maddr",
         [](Reader& r, RowId row, Value& v) { v.set_if(via(r, row).maddr); }},
        {"ttl", "INTEGER", "ttl",
         [](Reader& r, RowId row, Value& v) {
           if (const auto ttl = via(r, row).ttl) v.set(int64_t{*ttl});
         }},
        {"alias_params", "TEXT", "the rest of the parameters", alias_params},
        {"source", "TEXT", "topmost: where the request came from, as seen here",
         [](Reader& r, RowId row, Value& v) {
           if (const auto source = via_source(r, row)) v.set_ip(*source);
         }},
        {"source_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) {
           if (const auto source = via_source(r, row)) v.set_port(*source);
         }},
        {"received_due", "TEXT", "topmost: the received that RFC 3261 18.2.1 asks for",
         [](Reader& r, RowId row, Value& v) {
           const ViaHop* const hop = via_hop(r, row);
           if (const auto due = hop != nullptr ? received_due(*hop) : std::nullopt)
             v.set(to_string(*due));
         }},
        {"response_dst", "TEXT", "topmost: where its response went",
         [](Reader& r, RowId row, Value& v) {
           if (const auto went = via_response(r, row)) v.set_ip(*went);
         }},
        {"response_dst_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) {
           if (const auto went = via_response(r, row)) v.set_port(*went);
         }},
        {"response_due", "TEXT",
         "topmost: where RFC 3261 18.2.2 and RFC 3581 4 send the response; NULL when this capture "
         "point cannot know",
         [](Reader& r, RowId row, Value& v) {
           if (const auto due = via_response_due(r, row)) v.set_ip(*due);
         }},
        {"response_due_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) {
           if (const auto due = via_response_due(r, row)) v.set_port(*due);
         }},
        {"answered", "INTEGER", "topmost: a response came and the client stopped repeating",
         via_answered},
    },
    message_count,
    [](Reader& r, uint32_t id) { return static_cast<uint32_t>(r.vias(MessageId{id}).size()); },
    "*",
    {},
    RowsCome::read};

const TableDescription kHeadersTable{
    "headers",
    "one row per header field value; comma lists split",
    {
        {"message", "INTEGER", "messages.id", row_id},
        {"position", "INTEGER", "0-based",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.part}); }},
        {"name", "TEXT", "canonical long form",
         [](Reader& r, RowId row, Value& v) { v.set(header_value(r, row).name); }},
        {"value", "TEXT", "unfolded value",
         [](Reader& r, RowId row, Value& v) { v.set(unfold(header_value(r, row).value)); }},
    },
    message_count,
    [](Reader& r, uint32_t id) {
      return static_cast<uint32_t>(r.header_values(MessageId{id}).size());
    },
    "*",
    {},
    RowsCome::read};

}  // namespace sipladder
