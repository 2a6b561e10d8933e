// The description of a table. From it come the virtual table of SQLite, the command of that name,
// output formats, `schema`, help, and the view of the terminal UI.
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

// A cell. Its text is a copy: it may outlive the message from which it was read.
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
  }  // an absent fact is NULL, never ''
  void set_if(uint64_t v) { v == 0 ? clear() : set_count(v); }
  void set_ip(const Endpoint& end) { set_if(to_string(end.ip)); }  // NULL: no address is known
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

// What the getters of columns read from. It keeps the message that was loaded last and what was
// parsed of it, because neighbouring cells ask for the same message.
//
// Lifetime: all constructor arguments must outlive it. References and views that a function returns
// for a message are valid until another message is asked for. Threads: one at a time, as Model.
class Reader {
 public:
  Reader(const Model& model, const PacketLog& log, Analyst& analyst)
      : model(model),
        analyst(analyst),
        hops(model, log),
        contacts(model, log, analyst.nat()),
        relays(model),
        view_(log) {}
  const SipIndex& sip(MessageId id);  // empty when the message is unreadable or does not exist
  bool is_readable(MessageId id);     // whether its bytes can still be read
  std::string_view bytes(MessageId id);
  const Sdp& sdp(MessageId id);
  // All values in the order of the message, comma lists split.
  const std::vector<std::string_view>& vias(MessageId id);
  const std::vector<HeaderValue>& header_values(MessageId id);
  // An endpoint that was given up for memory has no address.
  const Endpoint& endpoint(EndpointId id) const {
    return model.endpoints.holds(id) ? model.endpoints[id] : nowhere_;
  }
  const PacketLog& log() const { return view_.log(); }
  bool has_times(MessageId id) const { return model.has_times(model.messages[id].source); }

  // Restricts rows, and the counts of `stats`, to these calls. `calls` are in ascending order and
  // must stay; null: all calls.
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
  // Rows of tables that compute them when they are opened.
  std::vector<const Finding*> findings;
  std::vector<StatRow> stats;
  std::vector<PeerRow> peers;

 private:
  const std::vector<CallId>* chosen_ = nullptr;
  MessageView view_;
  MessageId loaded_;
  bool readable_ = false;  // whether the bytes of loaded_ could be read
  uint64_t loads_ = 0;
  // What was parsed of the message with the number `of_load` among those that were loaded.
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

// A row: the 1-based id of its record, and the 0-based part in tables with several rows for each
// record (vias, headers, sdp, intervals).
struct RowId {
  uint32_t id = 0;
  uint32_t part = 0;
};

struct Column {
  std::string_view name;
  std::string_view type;  // INTEGER, REAL, TEXT; JSON is TEXT that holds a JSON array
  std::string_view doc;
  void (*get)(Reader&, RowId, Value&);
  bool judged = false;  // needs analysis of calls or media, which takes time while packets come
};

// How the rows of a table change while packets come, for a view of a growing capture.
enum class RowsCome : uint8_t {
  concluded,  // conclusions, which can change with each packet
  read,       // records of what was read: rows are added, and stay as they are
  by_opening  // open() computes all rows, which takes time; to read one takes none
};

// The name is also that of a command and of a view in the terminal UI.
struct TableDescription {
  std::string_view name;
  std::string_view doc;
  std::vector<Column> columns;           // the first one is the record's id (`id`, `message`)
  uint32_t (*open)(Reader&);             // called before a row is read: the number of records
  uint32_t (*parts)(Reader&, uint32_t);  // rows of a record; 0 when it is not listed
  // `listed`: columns that a list shows by default, as a SELECT names them. `least`: columns that
  // it leaves out first when there is no room.
  std::string_view listed = "*";
  std::string_view least{};
  RowsCome come = RowsCome::concluded;
};

// All tables, in the order of `schema`.
const std::vector<const TableDescription*>& tables();
const TableDescription* find_table(std::string_view name);  // null: there is none
const Column* find_column(const TableDescription& table, std::string_view name);  // null likewise
std::vector<std::string> split_names(std::string_view list);                      // "a, b,c"
uint32_t one_part(Reader&, uint32_t);  // TableDescription::parts of tables with a row per record
void row_id(Reader&, RowId row, Value& v);  // the getter of a column `id`
// Likewise for the tables of the model, whose records can be given up for memory.
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
