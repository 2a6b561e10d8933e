#include "export/cluster_keys.h"

#include <algorithm>

#include "export/html/sha256.h"

namespace sipladder {
namespace {

constexpr uint64_t kIdBits = INT64_MAX;

void append_cell(std::string* text, const Value& cell) {
  switch (cell.type) {
    case Value::Type::null:
      *text += "-";
      break;
    case Value::Type::integer:
      *text += std::to_string(cell.integer);
      break;
    case Value::Type::real:
      *text += std::to_string(cell.real);
      break;
    case Value::Type::text:  // its length keeps cells apart, whatever is in them
      text->append(std::to_string(cell.text.size())).append(":").append(cell.text);
  }
  *text += ' ';
}

bool is_record(const TableDescription& table) {
  return table.name == "calls" || table.name == "messages" || table.name == "transactions" ||
         table.name == "dialogs" || table.name == "streams" || table.name == "capture";
}

// SplitMix64's last step: neighbouring positions lie far apart.
uint64_t spread(uint64_t number) {
  number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9ULL;
  number = (number ^ number >> 27) * 0x94D049BB133111EBULL;
  return number ^ number >> 31;
}

}  // namespace

ClusterKeys::ClusterKeys(Reader& reader, std::string probe)
    : reader_(reader), probe_(std::move(probe)) {
  for (const ClusterTable& table : cluster_tables()) known_.push_back({&table, {}, {}});
}

ClusterKeys::Known& ClusterKeys::known(const ClusterTable& table) {
  return known_[static_cast<size_t>(&table - cluster_tables().data())];
}

uint64_t ClusterKeys::of(const ClusterTable& table, RowId row) {
  if (table.keys.size() == 2 && (table.keys[1] == "position" || table.keys[1] == "mline"))
    return by_position(table, row);
  if (!is_record(*table.table)) return make(table, row);
  std::vector<uint64_t>& by_record = known(table).by_record;
  if (row.id >= by_record.size()) by_record.resize(row.id + size_t{1});
  if (by_record[row.id] == 0) {
    const uint64_t made = make(table, row);  // which can ask for others of this table
    known(table).by_record[row.id] = made;
    return made;
  }
  return by_record[row.id];
}

uint64_t ClusterKeys::of(std::string_view table, uint32_t record) {
  if (record == 0) return 0;
  const ClusterTable& wanted = *find_cluster_table(table);
  const std::vector<uint64_t>& by_record = known(wanted).by_record;
  if (record < by_record.size() && by_record[record] != 0) return by_record[record];
  if (record > wanted.table->open(reader_) || wanted.table->parts(reader_, record) == 0) return 0;
  return of(wanted, {record, 0});
}

// A part of a message or stream.
uint64_t ClusterKeys::by_position(const ClusterTable& table, RowId row) {
  const uint64_t whole = of(table.keys[0] == "stream" ? "streams" : "messages", row.id);
  const auto place = static_cast<uint64_t>(&table - cluster_tables().data());
  return std::max<uint64_t>(1, spread(whole + (place << 32) + row.part) & kIdBits);
}

uint64_t ClusterKeys::make(const ClusterTable& table, RowId row) {
  std::string text(table.table->name);
  text += ' ';
  Value cell;
  cell.set(probe_);
  append_cell(&text, cell);
  if (table.owner != ClusterOwner::probe) {
    cell.set(call_id_of(call_of(table, row)));
    append_cell(&text, cell);
  }
  for (const std::string& name : table.keys) {
    const auto column =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const ClusterColumn& one) { return one.column->name == name; });
    cell.clear();
    column->column->get(reader_, row, cell);
    if (column->role == ClusterRole::reference && cell.type == Value::Type::integer)
      cell.set_count(referred(*this, column->target, cell));
    append_cell(&text, cell);
  }
  auto& taken = known(table).taken;
  uint64_t id = std::max<uint64_t>(1, sha256_number(text) & kIdBits);
  for (uint64_t copy = 1; !taken.insert(id).second; copy++)
    id = std::max<uint64_t>(1, sha256_number(text + "copy " + std::to_string(copy)) & kIdBits);
  return id;
}

CallId ClusterKeys::call_of(const ClusterTable& table, RowId row) {
  if (table.table->name == "calls") return CallId{row.id};
  const Column& first = table.table->columns.front();
  if (first.name == "message") {
    const MessageId id{row.id};
    return reader_.model.messages.holds(id) ? reader_.model.messages[id].call : CallId{};
  }
  const Column* const call = find_column(*table.table, "call");
  if (call == nullptr) return {};
  Value cell;
  call->get(reader_, row, cell);
  if (cell.type != Value::Type::integer) return {};
  return CallId{static_cast<uint32_t>(cell.integer)};
}

const std::string& ClusterKeys::call_id_of(CallId call) {
  if (call == call_id_of_) return call_id_;
  call_id_of_ = call;
  call_id_.clear();
  if (!reader_.model.calls.holds(call)) return call_id_;
  static const Column* const kCallId = find_column(kCallsTable, "call_id");
  Value cell;
  kCallId->get(reader_, {call.value, 0}, cell);
  if (cell.type == Value::Type::text) call_id_ = cell.text;
  return call_id_;
}

uint64_t referred(ClusterKeys& keys, std::string_view target, const Value& cell) {
  if (cell.type != Value::Type::integer || cell.integer <= 0 || cell.integer > UINT32_MAX) return 0;
  return keys.of(target, static_cast<uint32_t>(cell.integer));
}

}  // namespace sipladder
