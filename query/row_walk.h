// The rows of a table one after the other, as SQLite and plain lists read them.
//
// Lifetime: the source and its reader must outlive the walk. Threads: one at a time, as Reader.
#pragma once

#include "query/table_description.h"

namespace sipladder {

// A table, and which of its rows show when only some calls are chosen.
class RowSource {
 public:
  RowSource(const TableDescription& table, Reader& reader);
  const TableDescription& table() const { return *table_; }
  Reader& reader() const { return *reader_; }
  bool shows(RowId row) const { return !reader_->has_choice() || is_of_chosen_call(row); }

 private:
  // How the call of a row is found when only some calls are chosen: by the id of the row, by its
  // column `call`, or by the call of its message. Rows of other tables (`none`) belong to no call
  // and always show.
  enum class Owner : uint8_t { none, is_call, has_call, has_message };

  bool is_of_chosen_call(RowId row) const;

  const TableDescription* table_;
  Reader* reader_;
  Owner owner_ = Owner::none;
  const Column* call_ = nullptr;  // has_call
};

// It stands behind the last row until begin() or begin_at() is called.
class RowWalk {
 public:
  explicit RowWalk(const RowSource& source) : source_(&source) {}

  // Opens the table and goes to the first row whose record is above `above`.
  void begin(int64_t above = 0);
  void begin_at(int64_t record);  // the rows of one record only
  void next();
  // Also when nobody waits for more rows.
  bool at_end() const { return row_.id > last_ || is_cancelled(); }
  RowId row() const { return row_; }
  const RowSource& source() const { return *source_; }

 private:
  bool is_cancelled() const;
  void seek();

  const RowSource* source_;
  RowId row_{1, 0};
  uint32_t last_ = 0;   // record with which the walk ends
  uint32_t parts_ = 0;  // rows of the current record
};

}  // namespace sipladder
