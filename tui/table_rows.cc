#include "tui/table_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/database.h"
#include "query/format.h"

namespace sipladder {
namespace {

int64_t rowid_of(RowId row) {
  return int64_t{row.id} << 24 | row.part;
}

}  // namespace

TableRows::TableRows(const Shared& shared, const TableDescription& table, std::vector<CallId> scope)
    : shared_(shared),
      table_(table),
      scope_(std::move(scope)),
      reader_(shared.model, shared.log, shared.analyst),
      only_grows_(table.come == RowsCome::read) {
  std::sort(scope_.begin(), scope_.end());
}

const Finding* TableRows::finding(RowId row) const {
  const bool there = &table_ == &kFindingsTable && row.id > 0 && row.id <= count_;
  return there ? reader_.findings[row.id - 1] : nullptr;
}

bool TableRows::has_changed() const {
  return !known_ || packets_ != shared_.model.accounting.packets ||
         epoch_ != shared_.model.evicted.epoch || finished_ != shared_.model.finished ||
         verdicts_ != shared_.verdicts;
}

void TableRows::count_again() {
  const auto began = Clock::now();
  const bool gone = epoch_ != shared_.model.evicted.epoch;
  // Tables of conclusions cost much in a large file: they wait until it has been read.
  const bool waits = table_.come == RowsCome::by_opening && !shared_.verdicts;
  count_ = waits ? 0 : table_.open(reader_);
  if (!known_ || !only_grows_ || gone) {
    base_.clear();
    next_ = 1;
  }
  known_ = true;
  packets_ = shared_.model.accounting.packets;
  epoch_ = shared_.model.evicted.epoch;
  finished_ = shared_.model.finished;
  verdicts_ = shared_.verdicts;
  listing_ = true;
  again_ = next_question(began);
}

void TableRows::catch_up() {
  if (has_changed()) count_again();
}

void TableRows::list_more() {
  constexpr uint32_t kBetweenLooks = 64;
  const auto until = Clock::now() + shared_.ui->slice;
  for (; next_ <= count_; next_++) {
    if (next_ % kBetweenLooks == 0 && Clock::now() > until) return;
    const uint32_t parts = table_.parts(reader_, next_);
    for (uint32_t part = 0; part < parts; part++) base_.push_back({next_, part});
  }
  listing_ = false;
  arranged_ = false;
}

Value TableRows::value(const Column& column, RowId row) {
  Value value;
  if (row.id == 0 || row.id > count_) return value;
  if (row.part == 0 && table_.parts(reader_, row.id) == 0) return value;
  column.get(reader_, row, value);
  return value;
}

int64_t TableRows::number(std::string_view name, RowId row) {
  const Column* const column = find_column(table_, name);
  if (column == nullptr) return 0;
  const Value cell = value(*column, row);
  return cell.type == Value::Type::integer ? cell.integer : 0;
}

CallId TableRows::call_of(RowId row) {
  if (&table_ == &kCallsTable) return CallId{row.id};
  const CallId call{static_cast<uint32_t>(number("call", row))};
  if (call) return call;
  const MessageId message = message_of(row);
  return shared_.model.messages.holds(message) ? shared_.model.messages[message].call : CallId{};
}

MessageId TableRows::message_of(RowId row) {
  if (&table_ == &kMessagesTable) return MessageId{row.id};
  return MessageId{static_cast<uint32_t>(number("message", row))};
}

// The place of the row's message; else the time in the column that says when it began.
RowPlace TableRows::place_of(RowId row) {
  const MessageId id = message_of(row);
  if (shared_.model.messages.holds(id)) {
    const MessageRecord& message = shared_.model.messages[id];
    return {message.time_ns, message.frame, message.source};
  }
  for (const std::string_view name : {"time_ns", "first_ns", "start_ns", "from_ns"}) {
    if (const int64_t time_ns = number(name, row); time_ns != 0) return {time_ns, 0, 0};
  }
  return {};
}

bool TableRows::is_in_scope(RowId row) {
  return scope_.empty() || std::binary_search(scope_.begin(), scope_.end(), call_of(row));
}

bool TableRows::keeps(RowId row) {
  if (!is_in_scope(row)) return false;
  if (filter_.kind == RowFilter::Kind::condition &&
      !std::binary_search(chosen_.begin(), chosen_.end(), rowid_of(row)))
    return false;
  if (picked_ != nullptr && plain_text(value(*picked_, row)) != picked_cell_) return false;
  if (filter_.kind != RowFilter::Kind::words) return true;
  std::string text;
  for (const Column* column : searched_) text += plain_text(value(*column, row)) + "  ";
  return filter_.matches(text);
}

void TableRows::ask_condition() {
  chosen_.clear();
  if (filter_.kind != RowFilter::Kind::condition) return;
  Reader reader(shared_.model, shared_.log, shared_.analyst);
  Database database(reader);
  database.run(
      "SELECT rowid FROM " + std::string(table_.name) + " WHERE " + filter_.condition,
      [](const auto&) {},
      [&](const std::vector<Value>& values) {
        chosen_.push_back(values[0].integer);
        return true;
      });
  std::sort(chosen_.begin(), chosen_.end());
}

void TableRows::arrange() {
  arranged_ = true;
  if (scope_.empty() && !is_filtered() && sort_ == nullptr) {
    arrangement_.stop();
    shown_ = base_;
    return;
  }
  ask_condition();
  Arrangement<RowId>::Wish wish;
  wish.keep = [this](RowId row) { return keeps(row); };
  if (sort_ != nullptr) wish.key = [this](RowId row, Value* key) { *key = value(*sort_, row); };
  wish.descending = descending_;
  arrangement_.begin(base_, std::move(wish));
}

bool TableRows::refresh(bool moved) {
  const bool changed = has_changed();
  if (changed && !moved && known_ && Clock::now() < again_ && finished_ == shared_.model.finished &&
      verdicts_ == shared_.verdicts)
    return false;
  if (changed) count_again();
  if (listing_) list_more();
  if (!listing_ && !arranged_) arrange();
  // A table of conclusions is made anew when packets come: its rows must be arranged before that.
  const bool hurry = !only_grows_ && !shared_.model.finished;
  if (arrangement_.step(hurry ? std::chrono::milliseconds(200) : shared_.ui->slice))
    shown_ = std::move(arrangement_.result());
  return true;
}

std::string TableRows::progress() const {
  if (listing_) return fmt::format("listed to {} of {}", next_ - 1, count_);
  if (arrangement_.running())
    return fmt::format("{:.0f}% looked at", arrangement_.progress() * 100);
  return {};
}

void TableRows::sort(const Column* column, bool descending) {
  sort_ = column;
  descending_ = descending;
  arranged_ = false;
}

void TableRows::filter(const std::string& text, RowFilter filter,
                       const std::vector<const Column*>& shown) {
  filter_text_ = text;
  filter_ = std::move(filter);
  searched_ = shown;
  picked_ = nullptr;
  arranged_ = false;
}

void TableRows::pick(const Column* column, const std::string& cell) {
  picked_ = column;
  picked_cell_ = cell;
  arranged_ = false;
}

std::string TableRows::about() const {
  std::string about;
  const auto add = [&](const std::string& words) { about += (about.empty() ? "" : ", ") + words; };
  if (picked_ != nullptr) add(std::string(picked_->name) + "=" + picked_cell_);
  if (!filter_text_.empty()) add(filter_text_);
  if (sort_ != nullptr) add(fmt::format("by {} {}", sort_->name, descending_ ? "down" : "up"));
  if (const std::string words = progress(); !words.empty()) add(words);
  return about;
}

}  // namespace sipladder
