#include "export/cluster_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace sipladder {
namespace {

// Every byte as it is: a message is read back byte by byte. What ends a string is escaped, so that
// no text of the network is anything but a text.
void append_bytes(std::string* out, std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') {
      *out += c;
    } else if (byte >= 0x20) {
      out->append({'\\', c});
    } else {
      out->append("\\u00").append({kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  *out += '"';
}

void append_field(std::string* out, std::string_view name) {
  if (out->back() != '{') *out += ',';
  out->append("\"").append(name).append("\":");
}

std::string date_of(int64_t ns) {
  const std::time_t seconds = ns / 1'000'000'000;
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  return fmt::format("{:04}-{:02}-{:02}", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

// A Date of the server begins with 1970 and ends with 2105.
int64_t kept_date(int64_t ns) {
  constexpr int64_t kLast = 4'260'000'000LL * 1'000'000'000;
  return std::clamp<int64_t>(ns, 0, kLast);
}

}  // namespace

ClusterRows::ClusterRows(Reader& reader, std::string probe, Take take)
    : reader_(reader), keys_(reader, std::move(probe)), take_(std::move(take)) {}

void ClusterRows::append_cell(const ClusterColumn& column, RowId row, uint64_t id) {
  std::string* const out = &batch_.rows;
  const std::string_view name = column.column->name;
  if (column.role == ClusterRole::derived || name == kCallIdColumn) return;
  if (column.role == ClusterRole::own_id) {
    append_field(out, name);
    *out += std::to_string(id);
    return;
  }
  cell_.clear();
  column.column->get(reader_, row, cell_);
  if (column.role == ClusterRole::reference) {
    const uint64_t other = referred(keys_, column.target, cell_);
    cell_.set_if(other);
  }
  switch (cell_.type) {
    case Value::Type::null:  // is what a missing field is
      return;
    case Value::Type::integer:
      append_field(out, name);
      *out += std::to_string(cell_.integer);
      return;
    case Value::Type::real:
      if (!std::isfinite(cell_.real)) return;
      append_field(out, name);
      fmt::format_to(std::back_inserter(*out), "{}", cell_.real);
      return;
    case Value::Type::text:
      append_field(out, name);
      append_bytes(out, cell_.text);
  }
}

// 0 where the source has no times.
int64_t ClusterRows::time_of(const ClusterTable& table, RowId row, CallId call) {
  const Model& model = reader_.model;
  if (!table.time.empty()) {
    cell_.clear();
    find_column(*table.table, table.time)->get(reader_, row, cell_);
    if (cell_.type == Value::Type::integer && cell_.integer > 0) return cell_.integer;
  }
  const MessageId message{row.id};
  if (table.table->columns.front().name == "message" && model.messages.holds(message))
    return reader_.has_times(message) ? model.messages[message].time_ns : 0;
  if (call && model.calls.holds(call)) {
    const CallRecord& of = model.calls[call];
    return reader_.has_times(of.first_message) ? of.start_ns : 0;
  }
  int64_t first_ns = 0;
  for (const SourceInfo& info : model.captures) {
    if (info.has_times && info.first_ns > 0 && (first_ns == 0 || info.first_ns < first_ns))
      first_ns = info.first_ns;
  }
  return first_ns;
}

// Of the call, also where a message folds it: all rows of a call lie on one server. A row without a
// call has its own, where its table has one.
void ClusterRows::append_call_id(const ClusterTable& table, RowId row, CallId call) {
  append_field(&batch_.rows, kCallIdColumn);
  const std::string& of_call = keys_.call_id_of(call);
  if (!of_call.empty() || !table.has_call_id) return append_bytes(&batch_.rows, of_call);
  cell_.clear();
  find_column(*table.table, kCallIdColumn)->get(reader_, row, cell_);
  append_bytes(&batch_.rows, cell_.type == Value::Type::text ? cell_.text : std::string());
}

bool ClusterRows::write_row(const ClusterTable& table, RowId row) {
  const CallId call = keys_.call_of(table, row);
  if (table.owner != ClusterOwner::probe && reader_.has_choice() &&
      (!call || !reader_.is_chosen(call)))
    return true;
  const uint64_t id = keys_.of(table, row);
  std::string* const out = &batch_.rows;
  *out += '{';
  append_field(out, kProbeColumn);
  append_bytes(out, keys_.probe());
  for (const ClusterColumn& column : table.columns) append_cell(column, row, id);
  if (!table.has_id) {
    append_field(out, kRowIdColumn);
    *out += std::to_string(id);
  }
  if (table.owner != ClusterOwner::probe) {
    append_call_id(table, row, call);
    append_field(out, kCallKindColumn);
    append_bytes(out, call && reader_.model.calls.holds(call)
                          ? to_string(reader_.model.calls[call].kind)
                          : std::string_view());
  }
  const std::string day = date_of(kept_date(time_of(table, row, call)));
  append_field(out, kDayColumn);
  append_bytes(out, day);
  append_field(out, kSeenColumn);
  *out += std::to_string(std::max<int64_t>(reader_.model.now_ns, 0));
  *out += "}\n";
  batch_.count++;
  days_.insert(day);
  const bool full = out->size() >= kBatchBytes || batch_.count >= kBatchRows;
  return full || days_.size() >= kBatchDays ? flush() : true;
}

bool ClusterRows::flush() {
  days_.clear();
  if (batch_.count == 0) return true;
  RowBatch whole = std::exchange(batch_, {batch_.table, {}, 0});
  batch_.rows.reserve(whole.rows.size());
  return take_(std::move(whole));
}

bool ClusterRows::write(const ClusterTable& table) {
  batch_ = {table.table->name, {}, 0};
  const uint32_t records = table.table->open(reader_);
  for (uint32_t id = 1; id <= records; id++) {
    if (reader_.model.cancellation.requested()) return false;
    const uint32_t parts = table.table->parts(reader_, id);
    for (uint32_t part = 0; part < parts; part++) {
      if (!write_row(table, {id, part})) return false;
    }
  }
  return flush();
}

}  // namespace sipladder
