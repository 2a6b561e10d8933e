#include "query/row_walk.h"

#include <algorithm>

namespace sipladder {

RowSource::RowSource(const TableDescription& table, Reader& reader)
    : table_(&table), reader_(&reader) {
  for (const Column& column : table.columns) {
    if (column.name != "call") continue;
    owner_ = Owner::has_call;
    call_ = &column;
  }
  if (owner_ == Owner::none && table.columns.front().name == "message") owner_ = Owner::has_message;
  if (table.name == "calls") owner_ = Owner::is_call;
}

bool RowSource::is_of_chosen_call(RowId row) const {
  switch (owner_) {
    case Owner::none:
      return true;
    case Owner::is_call:
      return reader_->is_chosen(CallId{row.id});
    case Owner::has_message:
      return reader_->is_chosen(reader_->model.messages[MessageId{row.id}].call);
    case Owner::has_call:
      break;
  }
  Value call;
  call_->get(*reader_, row, call);
  return call.type == Value::Type::integer &&
         reader_->is_chosen(CallId{static_cast<uint32_t>(call.integer)});
}

// Tables whose open() has found all rows are read to their end, since that takes no time.
bool RowWalk::is_cancelled() const {
  return source_->table().come != RowsCome::by_opening &&
         source_->reader().model.cancellation.requested();
}

// Goes to the first record from row_.id on that has rows.
void RowWalk::seek() {
  row_.part = 0;
  for (; row_.id <= last_; row_.id++) {
    if (is_cancelled()) return;
    parts_ = source_->table().parts(source_->reader(), row_.id);
    if (parts_ != 0 && source_->shows(row_)) return;
  }
}

void RowWalk::begin(int64_t above) {
  last_ = source_->table().open(source_->reader());
  row_.id = static_cast<uint32_t>(std::clamp<int64_t>(above, 0, last_)) + 1;
  seek();
}

void RowWalk::begin_at(int64_t record) {
  const uint32_t count = source_->table().open(source_->reader());
  const bool there = record >= 1 && record <= int64_t{count};
  row_.id = there ? static_cast<uint32_t>(record) : 1U;
  last_ = there ? row_.id : 0U;
  seek();
}

void RowWalk::next() {
  if (++row_.part < parts_) return;
  row_.id++;
  seek();
}

}  // namespace sipladder
