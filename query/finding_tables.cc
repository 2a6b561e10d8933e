// The tables `findings` and `capture`.
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const Finding& finding(Reader& r, RowId row) {
  return *r.findings[row.id - 1];
}

const SourceInfo& source(Reader& r, RowId row) {
  return r.model.captures[row.id - 1];
}
std::string notes_on(const SourceInfo& info) {
  if (info.unread == 0 || !info.damage.empty()) return info.damage;
  return unread_sentence(info);
}
SourceCounters counters(Reader& r, RowId row) {
  return row.id <= r.model.sources.size() ? r.model.sources[row.id - 1] : SourceCounters{};
}

}  // namespace

const TableDescription kFindingsTable{
    "findings",
    "what is wrong, with the proof, worst first",
    {
        {"id", "INTEGER", "1-based, worst first", row_id},
        {"code", "TEXT", "see findings --list",
         [](Reader& r, RowId row, Value& v) { v.set(finding(r, row).code); }},
        {"severity", "TEXT", "error, warning, info",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(finding(r, row).severity)); }},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{finding(r, row).call.value}); }},
        {"dialog", "INTEGER", "dialogs.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{finding(r, row).dialog.value}); }},
        {"txn", "INTEGER", "transactions.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{finding(r, row).txn.value}); }},
        {"stream", "INTEGER", "streams.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{finding(r, row).stream.value}); }},
        {"message", "INTEGER", "messages.id, primary evidence",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{finding(r, row).message.value}); }},
        {"summary", "TEXT", "one line with the real addresses and times",
         [](Reader& r, RowId row, Value& v) { v.set(finding(r, row).summary); }},
        {"explanation", "TEXT", "why",
         [](Reader& r, RowId row, Value& v) { v.set_if(finding(r, row).explanation); }},
        {"remedy", "TEXT", "what to do",
         [](Reader& r, RowId row, Value& v) { v.set_if(finding(r, row).remedy); }},
        {"rfc", "TEXT", "the rule",
         [](Reader& r, RowId row, Value& v) { v.set_if(finding(r, row).rfc); }},
        {"evidence", "JSON", "frame numbers",
         [](Reader& r, RowId row, Value& v) {
           JsonArray array;
           for (const uint32_t frame : finding(r, row).evidence) array.add_number(frame);
           v.set(array.text());
         }},
        {"confidence", "TEXT", "certain, likely, possible",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(finding(r, row).confidence)); }},
    },
    [](Reader& r) {
      r.findings = r.analyst.all();
      return static_cast<uint32_t>(r.findings.size());
    },
    one_part,
    "id,severity,code,call,summary,evidence,remedy",
    "remedy,evidence,id",
    RowsCome::by_opening};

const TableDescription kCaptureTable{
    "capture",
    "one row per source",
    {
        {"file", "INTEGER", "1-based", row_id},
        {"name", "TEXT", "as the user named it",
         [](Reader& r, RowId row, Value& v) { v.set(source(r, row).name); }},
        {"format", "TEXT", "pcap, pcapng, live",
         [](Reader& r, RowId row, Value& v) { v.set_if(source(r, row).format); }},
        {"link_type", "INTEGER", "LINKTYPE of the first packet",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{source(r, row).link_type}); }},
        {"packets", "INTEGER", "packets",
         [](Reader& r, RowId row, Value& v) { v.set_count(source(r, row).packets); }},
        {"bytes", "INTEGER", "captured bytes",
         [](Reader& r, RowId row, Value& v) { v.set_count(source(r, row).bytes); }},
        {"first_ns", "INTEGER", "first packet",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(source(r, row).has_times, source(r, row).first_ns);
         }},
        {"last_ns", "INTEGER", "last packet",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(source(r, row).has_times, source(r, row).last_ns);
         }},
        {"sip", "INTEGER", "packets that completed a SIP message",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).sip); }},
        {"rtp", "INTEGER", "packets",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).rtp); }},
        {"rtcp", "INTEGER", "packets",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).rtcp); }},
        {"other", "INTEGER", "packets with another payload",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).other); }},
        {"undecoded", "INTEGER", "packets without a payload for us; stats says why",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).undecoded); }},
        {"fragments", "INTEGER", "IP fragments (of all sources, on the first row)",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).fragments); }},
        {"dropped", "INTEGER", "by kernel, interface, or as the file says",
         [](Reader& r, RowId row, Value& v) { v.set_count(source(r, row).dropped); }},
        {"truncated", "INTEGER", "cut by the snap length",
         [](Reader& r, RowId row, Value& v) { v.set_count(counters(r, row).cut); }},
        {"notes", "TEXT", "damage, or what looked like SIP in a log and could not be read",
         [](Reader& r, RowId row, Value& v) { v.set_if(notes_on(source(r, row))); }},
    },
    [](Reader& r) { return static_cast<uint32_t>(r.model.captures.size()); },
    one_part};

}  // namespace sipladder
