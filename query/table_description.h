// A table is described once: from this come the SQLite virtual tables, output formats and `schema`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/model/names.h"
#include "correlate/nat/contact_reach.h"
#include "correlate/session/relay_names.h"
#include "decode/sdp.h"
#include "query/peer_rows.h"
#include "query/via_hops.h"

namespace sipladder {

// A cell. Text is a copy: it may outlive the message it was read from.
struct Value {
  enum class Type : uint8_t { null, integer, real, text };
  Type type = Type::null;
  int64_t integer = 0;
  double real = 0;
  std::string text;

  void set(int64_t v) { type = Type::integer, integer = v; }
  void set_count(uint64_t v) { set(static_cast<int64_t>(v)); }
  void set_real(double v) { type = Type::real, real = v; }
  void set(std::string_view v) { type = Type::text, text.assign(v); }
  void set_if(std::string_view v) {
    v.empty() ? clear() : set(v);
  }  // absent facts are NULL, never ''
  void set_if(uint64_t v) { v == 0 ? clear() : set_count(v); }
  void set_ip(const Endpoint& end) { set_if(to_string(end.ip)); }  // NULL: a log left it out
  void set_port(const Endpoint& end) { end.ip.family == 0 ? clear() : set(int64_t{end.port}); }
  void clear() { type = Type::null; }
  void set_time(bool there, int64_t ns) { there&& ns != 0 ? set(ns) : clear(); }
  void set_milliseconds(int64_t from_ns, int64_t to_ns) {  // NULL when either did not happen
    if (from_ns != 0 && to_ns != 0) set_real(static_cast<double>(to_ns - from_ns) / 1e6);
  }
};

struct HeaderValue {
  std::string_view name;  // canonical when it is known
  std::string_view value;
};

// A row of `stats`.
struct StatRow {
  std::string group;
  std::string name;
  std::optional<int64_t> count;
  std::optional<double> value;
  std::string note;
};

// What getters read from. Keeps the message loaded last and what was parsed of it, because
// neighbouring cells ask for the same one.
class Reader {
 public:
  Reader(const Model& model, const PacketLog& log, Analyst& analyst)
      : model(model),
        analyst(analyst),
        hops(model, log),
        contacts(model, log, analyst.nat()),
        relays(model),
        view_(log) {}
  const SipIndex& sip(MessageId id);  // empty when unreadable or id is none
  bool is_readable(MessageId id);     // whether its bytes still are
  std::string_view bytes(MessageId id);
  const Sdp& sdp(MessageId id);
  // All values in the order of the message, comma lists split. Valid until another message is read.
  const std::vector<std::string_view>& vias(MessageId id);
  const std::vector<HeaderValue>& header_values(MessageId id);
  // One that nothing names any more has no address.
  const Endpoint& endpoint(EndpointId id) const {
    return model.endpoints.holds(id) ? model.endpoints[id] : nowhere_;
  }
  const PacketLog& log() const { return view_.log(); }
  bool has_times(MessageId id) const { return model.has_times(model.messages[id].source); }

  // The calls that rows belong to and `stats` counts, ascending; null for all calls.
  void choose(const std::vector<CallId>* calls) { chosen_ = calls; }
  bool has_choice() const { return chosen_ != nullptr; }
  bool is_chosen(CallId id) const {
    return chosen_ == nullptr || std::binary_search(chosen_->begin(), chosen_->end(), id);
  }

  const Model& model;
  Analyst& analyst;
  ViaHops hops;
  ContactReaches contacts;
  RelayNames relays;
  // Rows that are made when their table is opened.
  std::vector<const Finding*> findings;
  std::vector<StatRow> stats;
  std::vector<PeerRow> peers;

 private:
  const std::vector<CallId>* chosen_ = nullptr;
  MessageView view_;
  MessageId loaded_;
  bool readable_ = false;  // that one
  uint64_t loads_ = 0;
  // Parsed of the message loaded last, when somebody asks.
  template <typename Parsed>
  struct Kept {
    Parsed parsed;
    uint64_t of_load = UINT64_MAX;
  };
  template <typename Parsed, typename Parse>
  const Parsed& keep(Kept<Parsed>& kept, MessageId id, Parse parse);
  Kept<Sdp> sdp_;
  Kept<std::vector<std::string_view>> vias_;
  Kept<std::vector<HeaderValue>> header_values_;
  SipIndex none_;
  Endpoint nowhere_;
};

// A row: the record's 1-based id, and for tables with several rows a message (vias, headers, sdp)
// the 0-based part.
struct RowId {
  uint32_t id = 0;
  uint32_t part = 0;
};

struct Column {
  std::string_view name;
  std::string_view type;  // INTEGER, REAL, TEXT; JSON is TEXT that holds a JSON array
  std::string_view doc;
  void (*get)(Reader&, RowId, Value&);
  bool judged = false;  // needs the verdict on the call, which costs time while packets come
};

// How rows come to be: a view that shows a growing capture asks.
enum class RowsCome : uint8_t {
  concluded,  // what was concluded can become something else with each packet
  read,       // records of what was read: they are added, and stay as they are
  by_opening  // open() finds them all, which takes time, and reading a row none
};

// Its name is that of a command and of a view of the terminal UI, too.
struct TableDescription {
  std::string_view name;
  std::string_view doc;
  std::vector<Column> columns;           // the first one is the record's id (`id`, `message`)
  uint32_t (*open)(Reader&);             // before a row is read: how many records there are
  uint32_t (*parts)(Reader&, uint32_t);  // rows of a record: 1, or more, or 0 when it is not listed
  // Columns that a list shows when nobody asks for others, as a SELECT names them, and those that
  // it leaves out first where there is no room.
  std::string_view listed = "*";
  std::string_view least{};
  RowsCome come = RowsCome::concluded;
};

// All tables, in the order of `schema`.
const std::vector<const TableDescription*>& tables();
const TableDescription* find_table(std::string_view name);  // null: there is none
const Column* find_column(const TableDescription& table, std::string_view name);  // null likewise
std::vector<std::string> split_names(std::string_view list);                      // "a, b,c"
uint32_t one_part(Reader&, uint32_t);
void row_id(Reader&, RowId row, Value& v);  // the getter of a column `id`
// The same for the tables of the model, whose records can be given up.
template <auto kTable>
uint32_t one_if_held(Reader& reader, uint32_t id) {
  const auto& table = reader.model.*kTable;
  using IdType = std::remove_cvref_t<decltype(*table.ids().begin())>;
  return table.holds(IdType{id}) ? 1 : 0;
}

// query/*_table.cc: one table each.
extern const TableDescription kCallsTable, kMessagesTable, kViasTable, kHeadersTable,
    kTransactionsTable, kDialogsTable, kSdpTable, kStreamsTable, kIntervalsTable,
    kRegistrationsTable, kSubscriptionsTable, kEndpointsTable, kTlsTable, kPeersTable,
    kFindingsTable, kCaptureTable, kHepSendersTable, kRelaySessionsTable, kStatsTable;

}  // namespace sipladder
