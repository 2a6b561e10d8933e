// The table `stats`: counts and percentiles of the chosen calls, and where every packet went.
// Computed when the table is opened.
#include <algorithm>
#include <map>

#include "query/table_description.h"

namespace sipladder {
namespace {

class Collector {
 public:
  explicit Collector(Reader& reader) : r(reader) {
    packets();
    messages();
    calls();
  }
  std::vector<StatRow> rows;

 private:
  void add(std::string group, std::string_view name, uint64_t count, std::string_view note = "") {
    rows.push_back({std::move(group), std::string(name), static_cast<int64_t>(count), std::nullopt,
                    std::string(note)});
  }

  // Every packet is in exactly one row of group "packets": their sum is capture/packets.
  void packets() {
    const Accounting& a = r.model.accounting;
    add("capture", "packets", a.packets);
    add("capture", "sip_messages", a.sip_messages, "a TCP packet can complete several");
    add("capture", "malformed", a.malformed,
        "SIP messages that break a rule: see messages.malformed");
    uint64_t refused = 0, closed = 0, ends = 0;
    for (const SourceInfo& info : r.model.captures) {
      refused += info.refused;
      closed += info.connections_closed;
      ends += info.ends_forgotten;
    }
    if (refused != 0)
      add("capture", "hep_refused", refused, "HEP packets without the key: not in packets");
    if (closed != 0)
      add("capture", "hep_connections_closed", closed,
          "open, and silent longest: they made room for others");
    for (size_t i = 0; i < a.classes.size(); i++)
      add("packets", to_string(static_cast<PayloadClass>(i)), a.classes[i]);
    for (size_t i = 0; i < r.model.media_accounting.rtcp.size(); i++) {
      if (r.model.media_accounting.rtcp[i] != 0)
        add("rtcp", to_string(static_cast<RtcpKind>(i)), r.model.media_accounting.rtcp[i],
            "a packet can hold several");
    }
    add("packets", "icmp_error", a.icmp_errors, "quotes another packet: evidence against its flow");
    for (size_t i = 1; i < a.fates.size(); i++) {
      add("packets", name_of(static_cast<Fate>(i)), a.fates[i], sentence_of(static_cast<Fate>(i)));
    }
    for (size_t i = 0; i < r.model.oddities.size(); i++) {
      if (r.model.oddities[i] != 0) {
        add("oddities", name_of(static_cast<Oddity>(i)), r.model.oddities[i],
            sentence_of(static_cast<Oddity>(i)));
      }
    }
    if (r.model.media_accounting.streams_refused != 0)
      add("oddities", "streams_refused", r.model.media_accounting.streams_refused,
          "RTP packets: the stream table was full");
    if (ends != 0)
      add("oddities", "log_ends_forgotten", ends,
          "hops and hosts of a log: the table of them was full, so that src or dst may be missing");
    if (a.turn_channels_forgotten != 0)
      add("oddities", "turn_channels_forgotten", a.turn_channels_forgotten,
          "the table of TURN channels was full: their media shows the server as its peer");
    if (a.relay_ports_refused != 0)
      add("oddities", "relay_ports_refused", a.relay_ports_refused,
          "addresses of relay sessions that have too many: they are not in relay_sessions");
    if (r.log().lost() != 0)
      add("oddities", "messages_not_kept", r.log().lost(),
          "no room for their bytes in the temporary file: see --spool and TMPDIR");
    if (r.log().unreadable() != 0)
      add("oddities", "messages_unreadable", r.log().unreadable(),
          "their bytes can no longer be read; so many were asked for so far");
    const Evicted& evicted = r.model.evicted;
    if (evicted.calls != 0)
      add("oddities", "calls_evicted", evicted.calls,
          "given up for memory, and in no table any more: give more with --memory");
    if (evicted.messages != 0)
      add("oddities", "messages_evicted", evicted.messages, "of the calls given up for memory");
    if (evicted.streams != 0)
      add("oddities", "streams_evicted", evicted.streams, "given up for memory, or for newer ones");
    if (evicted.relay_sessions != 0)
      add("oddities", "relay_sessions_evicted", evicted.relay_sessions,
          "given up for memory, or for newer ones");
  }

  void messages() {
    std::map<std::string, uint64_t> methods, classes, codes, transports;
    for (const MessageId id : r.model.messages.ids()) {
      const MessageRecord& m = r.model.messages[id];
      if (!r.is_chosen(m.call)) continue;
      transports[std::string(to_string(m.transport))]++;
      if (m.is_request()) {
        methods[m.method == Method::unknown ? "(other)" : std::string(to_string(m.method))]++;
      } else {
        classes[std::to_string(m.status / 100) + "xx"]++;
        codes[std::to_string(m.status)]++;
      }
    }
    for (const auto& [name, count] : methods) add("methods", name, count);
    for (const auto& [name, count] : classes) add("classes", name, count);
    for (const auto& [name, count] : codes) add("codes", name, count);
    for (const auto& [name, count] : transports) add("transports", name, count);
  }

  void calls() {
    std::map<std::string, uint64_t> agents;
    std::vector<double> pdd, setup;
    uint64_t attempts = 0, answered = 0, effective = 0;
    for (const CallId id : r.model.calls.ids()) {
      if (!r.is_chosen(id)) continue;
      const CallRecord& c = r.model.calls[id];
      const std::string_view agent = r.sip(c.first_request).value(HeaderId::user_agent);
      if (!agent.empty()) agents[std::string(agent)]++;
      if (c.kind != CallKind::call || c.invite_ns == 0) continue;
      attempts++;
      if (c.answer_ns != 0) answered++;
      if (c.is_effective()) effective++;
      if (step_between(r.model, c, c.invite_ns, std::max(c.progress_ns, c.answer_ns))) continue;
      if (!r.has_times(c.first_message)) continue;
      if (c.progress_ns != 0) pdd.push_back(static_cast<double>(c.progress_ns - c.invite_ns) / 1e6);
      if (c.answer_ns != 0) setup.push_back(static_cast<double>(c.answer_ns - c.invite_ns) / 1e6);
    }
    for (const auto& [name, count] : agents) add("user_agents", name, count, "calls");
    add("calls", "attempts", attempts);
    add("calls", "answered", answered);
    if (attempts != 0) {
      ratio("asr_pct", answered, attempts);
      ratio("ner_pct", effective, attempts);
    }
    percentiles("pdd_ms", pdd);
    percentiles("setup_ms", setup);
  }

  void ratio(std::string_view name, uint64_t part, uint64_t whole) {
    rows.push_back({"calls", std::string(name), std::nullopt,
                    100.0 * static_cast<double>(part) / static_cast<double>(whole), ""});
  }

  void percentiles(const std::string& name, std::vector<double>& values) {
    if (values.empty()) return;
    std::sort(values.begin(), values.end());
    for (const int percent : {50, 95, 99}) {
      const size_t at =
          std::min(values.size() - 1, values.size() * static_cast<size_t>(percent) / 100);
      rows.push_back(
          {"calls", name + "_p" + std::to_string(percent), std::nullopt, values[at], ""});
    }
  }

  Reader& r;
};

}  // namespace

const TableDescription kStatsTable{
    "stats",
    "counts by method, status, transport and user agent; where every packet went",
    {
        {"id", "INTEGER", "1-based", [](Reader&, RowId row, Value& v) { v.set(int64_t{row.id}); }},
        {"group", "TEXT", "what is counted",
         [](Reader& r, RowId row, Value& v) { v.set(r.stats[row.id - 1].group); }},
        {"name", "TEXT", "of the counter",
         [](Reader& r, RowId row, Value& v) { v.set(r.stats[row.id - 1].name); }},
        {"count", "INTEGER", "the count",
         [](Reader& r, RowId row, Value& v) {
           if (r.stats[row.id - 1].count) v.set(*r.stats[row.id - 1].count);
         }},
        {"value", "REAL", "a ratio or percentile",
         [](Reader& r, RowId row, Value& v) {
           if (r.stats[row.id - 1].value) v.set_real(*r.stats[row.id - 1].value);
         }},
        {"note", "TEXT", "what it means",
         [](Reader& r, RowId row, Value& v) { v.set_if(r.stats[row.id - 1].note); }},
    },
    [](Reader& r) {
      r.stats = Collector(r).rows;
      return static_cast<uint32_t>(r.stats.size());
    },
    one_part,
    "\"group\",name,count,value,note",
    "note"};

}  // namespace sipladder
