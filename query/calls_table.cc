#include <algorithm>

#include "correlate/model/reason_text.h"
#include "correlate/session/voice_quality.h"
#include "decode/text.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const CallRecord& call(Reader& r, RowId row) {
  return r.model.calls[CallId{row.id}];
}
const MessageRecord& first(Reader& r, RowId row) {
  return r.model.messages[call(r, row).first_message];
}
bool call_timed(Reader& r, RowId row) {
  return r.has_times(call(r, row).first_message);
}
std::string_view header(Reader& r, RowId row, HeaderId id) {
  return r.sip(call(r, row).naming_message()).value(id);
}
CallNames names(Reader& r, RowId row) {
  const CallLabel& label = r.model.labels[CallId{row.id}];
  return label.is_complete() ? label.names() : names_in(r.sip(call(r, row).naming_message()));
}

// The first audio format of an answer that is not refused.
std::string codec_of(const Sdp& sdp) {
  for (const SdpMedia& media : sdp.media) {
    if (media.media != "audio" || media.port == 0 || media.formats.empty()) continue;
    const SdpFormat& format = media.formats.front();
    return std::string(format.encoding.empty() ? format.payload : format.encoding);
  }
  return {};
}

// The codecs of all successful answers in order, each codec once.
void codec(Reader& r, RowId row, Value& v) {
  const CallRecord& c = call(r, row);
  if (!c.sdp_offered || !c.sdp_answered) return;
  std::vector<std::string> codecs;
  for (MessageId id = c.first_message; id; id = r.model.messages[id].next_in_call) {
    const MessageRecord& message = r.model.messages[id];
    if (!message.has_sdp || message.is_request() || message.status >= 300 || message.is_copy())
      continue;
    const std::string name = codec_of(r.sdp(id));
    if (!name.empty() && std::find(codecs.begin(), codecs.end(), name) == codecs.end()) {
      codecs.push_back(name);
    }
  }
  std::string all;
  for (const std::string& name : codecs) all += (all.empty() ? "" : ",") + name;
  v.set_if(all);
}

// The digit of an INFO: "Signal=5" of application/dtmf-relay, or the body of application/dtmf.
char info_digit(const SipIndex& sip) {
  if (!starts_no_case(sip.value(HeaderId::content_type), "application/dtmf")) return 0;
  std::string_view body = trim(sip.body);
  const bool relay = starts_no_case(sip.value(HeaderId::content_type), "application/dtmf-relay");
  if (relay) {
    std::string_view line;
    while (!body.empty() && !starts_no_case(line, "signal")) line = trim(cut(&body, '\n'));
    cut(&line, '=');
    body = trim(line);
  }
  constexpr std::string_view kDigits = "0123456789*#ABCDabcd";
  return body.empty() || kDigits.find(body[0]) == std::string_view::npos ? char{0} : body[0];
}

// The digits of INFO requests, each taken at its first hop only.
void dtmf_info(Reader& r, RowId row, Value& v) {
  std::string digits;
  for (TransactionId id = call(r, row).first_txn; id; id = r.model.transactions[id].next_in_call) {
    const TransactionRecord& txn = r.model.transactions[id];
    if (txn.method != Method::info || !txn.request || txn.request_path) continue;
    if (const char digit = info_digit(r.sip(txn.request))) digits += digit;
  }
  v.set_if(digits);
}

void worst(Reader& r, RowId row, Value& v) {
  const auto findings = r.analyst.of_call(CallId{row.id});
  if (!findings.empty()) v.set(to_string(findings.front()->severity));
}

void lost_toward(Reader& r, RowId row, Value& v) {
  const CallAnalysis& analysis = r.analyst.of(CallId{row.id});
  v.set_if(analysis.lost_toward_both ? std::string_view("both") : to_string(analysis.lost_toward));
}

// The Reason header of the BYE says why the call ended.
void end_reason(Reader& r, RowId row, Value& v) {
  const CallRecord& c = call(r, row);
  for (DialogId id = c.first_dialog; id; id = r.model.dialogs[id].next_in_call) {
    const MessageId bye = r.model.dialogs[id].ended_message;
    if (bye) v.set_if(reason_text(r.sip(bye)));
  }
  // Without one, that of the CANCEL or of the final response.
  for (TransactionId id = c.first_txn; id && v.type == Value::Type::null;
       id = r.model.transactions[id].next_in_call) {
    const TransactionRecord& txn = r.model.transactions[id];
    if (txn.method == Method::cancel) v.set_if(reason_text(r.sip(txn.request)));
    if (txn.method == Method::invite && txn.final_status >= 300)
      v.set_if(reason_text(r.sip(txn.final_response)));
  }
}

bool has_pauses(Reader& r, CallId id) {
  const std::vector<StreamId>& streams = r.analyst.media().streams_of(id);
  return std::any_of(streams.begin(), streams.end(), [&](StreamId stream) {
    return r.model.streams[stream].sequence.pause_lost != 0;
  });
}

void mos(Reader& r, RowId row, Value& v) {
  const CallId id{row.id};
  r.analyst.media().update();
  // Only a verdict tells whether the call was held. It takes time, so it is asked for only if the
  // stream has pauses.
  const bool held = has_pauses(r, id) && r.analyst.of(id).was_held;
  if (const auto lowest = lowest_mos(r.model, r.analyst.media(), id, held)) v.set_real(*lowest);
}

// NULL when the clock was set back in between.
void set_duration(Reader& r, RowId row, int64_t from_ns, int64_t to_ns, Value& v) {
  if (!step_between(r.model, call(r, row), from_ns, to_ns)) v.set_milliseconds(from_ns, to_ns);
}

uint32_t call_count(Reader& r) {
  return r.model.calls.size();
}

}  // namespace

const TableDescription kCallsTable{
    "calls",
    "one row per Call-ID",
    {
        {"id", "INTEGER", "1-based, in capture order",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.id}); }},
        {"call_id", "TEXT", "the Call-ID, every byte of it",
         [](Reader& r, RowId row, Value& v) { v.set_if(names(r, row).call_id); }},
        {"kind", "TEXT", "call, registration, subscription, options, message, publish, other",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(call(r, row).kind)); }},
        {"session", "INTEGER", "id shared by all legs of one end-to-end call",
         [](Reader& r, RowId row, Value& v) {
           r.analyst.legs().update();
           v.set(int64_t{r.analyst.legs().session_of(CallId{row.id}).value});
         },
         true},
        {"session_reason", "TEXT", "why legs were joined; NULL when alone",
         [](Reader& r, RowId row, Value& v) {
           r.analyst.legs().update();
           v.set_if(to_string(r.analyst.legs().reason_of(CallId{row.id})));
         },
         true},
        {"caller", "TEXT", "user part (else host) of From",
         [](Reader& r, RowId row, Value& v) { v.set_if(names(r, row).caller); }},
        {"callee", "TEXT", "user part (else host) of To",
         [](Reader& r, RowId row, Value& v) { v.set_if(names(r, row).callee); }},
        {"from_uri", "TEXT", "URI of From",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(parse_name_addr(header(r, row, HeaderId::from)).uri);
         }},
        {"to_uri", "TEXT", "URI of To",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(parse_name_addr(header(r, row, HeaderId::to)).uri);
         }},
        {"request_uri", "TEXT", "of the first request",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(r.sip(call(r, row).first_request).request_uri);
         }},
        {"src", "TEXT", "source address of the first message",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(first(r, row).src)); }},
        {"src_port", "INTEGER", "its source port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(first(r, row).src)); }},
        {"dst", "TEXT", "its destination address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(first(r, row).dst)); }},
        {"dst_port", "INTEGER", "its destination port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(first(r, row).dst)); }},
        {"transport", "TEXT", "udp, tcp, tls, ws, wss, sctp",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(first(r, row).transport)); }},
        {"user_agent", "TEXT", "of the first request",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(r.sip(call(r, row).first_request).value(HeaderId::user_agent));
         }},
        {"server", "TEXT", "of the first response",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(r.sip(call(r, row).first_response).value(HeaderId::server));
         }},
        {"start_ns", "INTEGER", "first message, ns since the epoch",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(call_timed(r, row), call(r, row).start_ns);
         }},
        {"end_ns", "INTEGER", "last message",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(call_timed(r, row), call(r, row).end_ns);
         }},
        {"ring_ns", "INTEGER", "first 18x",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(call_timed(r, row), call(r, row).ring_ns);
         }},
        {"answer_ns", "INTEGER", "first 2xx to the INVITE",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(call_timed(r, row), call(r, row).answer_ns);
         }},
        {"pdd_ms", "REAL",
         "post-dial delay: first INVITE to the first 180-183, else the final response",
         [](Reader& r, RowId row, Value& v) {
           const CallRecord& c = call(r, row);
           if (!call_timed(r, row)) return;
           set_duration(r, row, c.invite_ns, c.progress_ns != 0 ? c.progress_ns : c.answer_ns, v);
         }},
        {"setup_ms", "REAL", "first INVITE to 2xx",
         [](Reader& r, RowId row, Value& v) {
           if (call_timed(r, row))
             set_duration(r, row, call(r, row).invite_ns, call(r, row).answer_ns, v);
         }},
        {"duration_ms", "REAL", "answer to BYE, or to the last packet of the dialog",
         [](Reader& r, RowId row, Value& v) {
           if (call(r, row).answer_ns == 0 || !call_timed(r, row)) return;
           r.analyst.media().update();
           set_duration(r, row, call(r, row).answer_ns, r.analyst.talk_end(CallId{row.id}), v);
         },
         true},
        {"state", "TEXT", "what became of it",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(call(r, row).state)); }},
        {"final_status", "INTEGER", "status of the final response that decided the state",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{call(r, row).final_status}); }},
        {"ended_by", "TEXT", "caller, callee, network",
         [](Reader& r, RowId row, Value& v) { v.set_if(to_string(call(r, row).ended_by)); }},
        {"end_reason", "TEXT",
         "Reason in words, with its cause: \"normal call clearing (Q.850 16)\"", end_reason},
        {"scenario", "TEXT", "recognised flow",
         [](Reader& r, RowId row, Value& v) { v.set_if(r.analyst.of(CallId{row.id}).scenario); },
         true},
        {"messages", "INTEGER", "SIP messages, copies included",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{call(r, row).messages}); }},
        {"retransmissions", "INTEGER",
         "the same message of the same transaction on the same hop again",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{call(r, row).retransmissions}); }},
        {"dialogs", "INTEGER", "dialogs",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{call(r, row).dialogs}); }},
        {"transactions", "INTEGER", "transactions",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{call(r, row).transactions}); }},
        {"audio", "TEXT", "what the two parties heard",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.analyst.of(CallId{row.id}).audio));
         },
         true},
        {"audio_lost_toward", "TEXT", "the party that hears nothing: caller, callee, both",
         lost_toward, true},
        {"audio_cause", "TEXT", "code of the finding that explains it",
         [](Reader& r, RowId row, Value& v) { v.set_if(r.analyst.of(CallId{row.id}).audio_cause); },
         true},
        {"early_audio", "TEXT",
         "what the caller heard before the answer: none, ringback, announcement, silent; NULL when "
         "the capture cannot tell",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(to_string(r.analyst.of(CallId{row.id}).early_audio));
         },
         true},
        {"codec", "TEXT", "negotiated audio codecs, in order", codec, true},
        {"dtmf_info", "TEXT", "digits sent by INFO, of both parties", dtmf_info},
        {"mos", "REAL",
         "lowest of the two directions (streams.mos_model); NULL without media, or without "
         "published figures",
         mos, true},
        {"findings", "INTEGER", "rows of findings whose call it is",
         [](Reader& r, RowId row, Value& v) {
           v.set_count(r.analyst.of_call(CallId{row.id}).size());
         },
         true},
        {"worst", "TEXT", "error, warning, info", worst, true},
        {"note", "TEXT", "what the user has written about it in the terminal UI",
         [](Reader& r, RowId row, Value& v) {
           const Notes& notes = r.analyst.notes();
           if (!notes.empty()) v.set_if(notes.of(names(r, row).call_id));
         }},
    },
    call_count,
    one_if_held<&Model::calls>,
    "id,kind,caller,callee,src,dst,state,final_status,duration_ms,messages,retransmissions,audio,"
    "audio_lost_toward,audio_cause,worst,call_id",
    "retransmissions,messages,dst,src,kind,audio_lost_toward,final_status,call_id,duration_ms",
    RowsCome::read};

}  // namespace sipladder
