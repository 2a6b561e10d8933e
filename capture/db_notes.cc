#include "capture/db_notes.h"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <string_view>

#include "capture/db_file.h"

namespace sipladder {
namespace {

// A pipe is not looked into: its bytes can be read only once, and belong to the capture.
bool holds_session(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::string beginning(kDbMagic.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(beginning.data(), static_cast<std::streamsize>(beginning.size())) &&
         beginning == kDbMagic;
}

}  // namespace

std::vector<DbNote> notes_in_db(const std::string& path) {
  std::vector<DbNote> notes;
  if (!holds_session(path)) return notes;
  DbFile file;
  if (!file.open(path).empty()) return notes;
  // A session that an earlier version has saved has no notes about messages.
  for (const char* query :
       {"SELECT call_id, note, 0, 1 FROM calls WHERE note IS NOT NULL",
        "SELECT call_id, note, frame, file FROM messages WHERE note IS NOT NULL"}) {
    DbStatement rows;
    const bool has_notes = file.prepare(query, &rows).empty();
    while (has_notes && sqlite3_step(rows.raw) == SQLITE_ROW)
      notes.push_back({rows.text(0), rows.text(1),
                       static_cast<uint32_t>(sqlite3_column_int64(rows.raw, 2)),
                       static_cast<uint16_t>(sqlite3_column_int64(rows.raw, 3) - 1)});
  }
  return notes;
}

}  // namespace sipladder
