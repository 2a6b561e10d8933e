// The table `sdp`: a row for each m= line of each SDP body.
#include <fmt/format.h>

#include "decode/sdp.h"
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const MessageRecord& sdp_message(Reader& r, RowId row) {
  return r.model.messages[MessageId{row.id}];
}

// The m= line of a row. The bytes can become unreadable after the lines were counted, so an empty
// line is given then.
const SdpMedia& media(Reader& r, RowId row) {
  static const SdpMedia kNone{};
  const auto& lines = r.sdp(MessageId{row.id}).media;
  return row.part < lines.size() ? lines[row.part] : kNone;
}

void codecs(Reader& r, RowId row, Value& v) {
  JsonArray array;
  for (const SdpFormat& format : media(r, row).formats) {
    array.add(format.encoding.empty() ? std::string(format.payload)
                                      : fmt::format("{}/{}", format.encoding, format.clock_hz));
  }
  v.set(array.text());
}

void formats(Reader& r, RowId row, Value& v) {
  std::string out;
  for (const SdpFormat& format : media(r, row).formats)
    out.append(out.empty() ? "" : " ").append(format.payload);
  v.set_if(out);
}

// Offer or answer, by what the transaction carried before (RFC 3264, RFC 3261 13.2.1).
void role(Reader& r, RowId row, Value& v) {
  const MessageRecord& m = sdp_message(r, row);
  if (m.status >= 300) return v.set("stray");
  const TransactionRecord* txn = m.txn ? &r.model.transactions[m.txn] : nullptr;
  if (m.is_request()) {
    if (m.method == Method::ack) return v.set("answer");
    return v.set(txn != nullptr && txn->final_status >= 300 && m.has_to_tag ? "refused" : "offer");
  }
  const bool request_offered =
      txn != nullptr && txn->request && r.model.messages[txn->request].has_sdp;
  v.set(request_offered ? "answer" : "offer");
}

}  // namespace

const TableDescription kSdpTable{
    "sdp",
    "one row per m= line of each SDP body",
    {
        {"message", "INTEGER", "messages.id", row_id},
        {"dialog", "INTEGER", "dialogs.id",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(uint64_t{sdp_message(r, row).dialog.value});
         }},
        {"role", "TEXT", "offer, answer, refused, stray", role},
        {"mline", "INTEGER", "0-based",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.part}); }},
        {"media", "TEXT", "audio, video, ...",
         [](Reader& r, RowId row, Value& v) { v.set_if(media(r, row).media); }},
        {"address", "TEXT", "c= of the line, else of the session",
         [](Reader& r, RowId row, Value& v) { v.set_if(media(r, row).address); }},
        {"port", "INTEGER", "0: refused",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{media(r, row).port_number}); }},
        {"proto", "TEXT", "RTP/AVP, ...",
         [](Reader& r, RowId row, Value& v) { v.set_if(media(r, row).proto); }},
        {"direction", "TEXT", "sendrecv, sendonly, recvonly, inactive",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(media(r, row).direction)); }},
        {"hold", "INTEGER", "1 when it puts the peer on hold",
         [](Reader& r, RowId row, Value& v) {
           const SdpMedia& m = media(r, row);
           v.set(int64_t{m.hold_address || m.direction == SdpDirection::sendonly ||
                         m.direction == SdpDirection::inactive});
         }},
        {"formats", "TEXT", "payload types as written", formats},
        {"codecs", "JSON", "encoding/clock of each format", codecs},
        {"ptime_ms", "REAL", "ptime",
         [](Reader& r, RowId row, Value& v) {
           if (const auto ptime = media(r, row).ptime_ms) v.set_real(*ptime);
         }},
        {"rtcp_port", "INTEGER", "a=rtcp",
         [](Reader& r, RowId row, Value& v) {
           if (const auto port = media(r, row).rtcp_port) v.set(int64_t{*port});
         }},
        {"origin", "TEXT",
         "o=", [](Reader& r, RowId row, Value& v) { v.set_if(r.sdp(MessageId{row.id}).origin); }},
        {"version", "TEXT", "sess-version of o=",
         [](Reader& r, RowId row, Value& v) { v.set_if(r.sdp(MessageId{row.id}).version); }},
        {"crypto", "TEXT", "first a=crypto",
         [](Reader& r, RowId row, Value& v) {
           const auto& lines = media(r, row).crypto;
           if (!lines.empty()) v.set_if(lines.front());
         }},
        {"fingerprint", "TEXT", "a=fingerprint",
         [](Reader& r, RowId row, Value& v) { v.set_if(media(r, row).fingerprint); }},
        {"candidates", "INTEGER", "ICE candidates",
         [](Reader& r, RowId row, Value& v) { v.set_count(media(r, row).candidates.size()); }},
    },
    [](Reader& r) { return static_cast<uint32_t>(r.model.messages.size()); },
    [](Reader& r, uint32_t id) {
      return r.model.messages.holds(MessageId{id}) && r.model.messages[MessageId{id}].has_sdp
                 ? static_cast<uint32_t>(r.sdp(MessageId{id}).media.size())
                 : 0U;
    },
    "*",
    {},
    RowsCome::read};

}  // namespace sipladder
