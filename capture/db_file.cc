#include "capture/db_file.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <vector>

namespace sipladder {
namespace {

constexpr int kApplication = 1397313612;  // "SIPL"
constexpr int kPatienceMs = 2000;         // for another program that writes

int pragma(sqlite3* db, const char* name) {
  int value = 0;
  sqlite3_exec(
      db, (std::string("PRAGMA ") + name).c_str(),
      [](void* out, int, char** values, char**) {
        *static_cast<int*>(out) = std::atoi(values[0]);
        return 0;
      },
      &value, nullptr);
  return value;
}

bool is_session(sqlite3* db) {
  return pragma(db, "application_id") == kApplication;
}

// True when the file exists and is neither empty nor an SQLite database.
bool is_another_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return false;
  if (!S_ISREG(status.st_mode)) return true;
  if (status.st_size == 0) return false;
  std::string beginning(kDbMagic.size(), '\0');
  std::ifstream(path, std::ios::binary)
      .read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  return beginning != kDbMagic;
}

}  // namespace

DbStatement::~DbStatement() {
  sqlite3_finalize(raw);
}

std::string DbStatement::text(int column) const {
  const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(raw, column)));
}

DbFile::DbFile() = default;

DbFile::~DbFile() {
  sqlite3_close(db_);
}

std::string DbFile::trouble(const char* what) const {
  const int code = sqlite3_errcode(db_) & 0xFF;
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    return path_ + ": " + what + ": another program has it open and is at work in it";
  if (code == SQLITE_FULL || code == SQLITE_IOERR)
    return path_ + ": " + what + ": " + sqlite3_errmsg(db_) +
           "; what was committed before is in it";
  return path_ + ": " + what + ": " + sqlite3_errmsg(db_);
}

std::string DbFile::run(const std::string& sql) {
  return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK
             ? std::string()
             : trouble("could not be written");
}

std::string DbFile::prepare(const std::string& sql, DbStatement* statement) {
  const int result =
      sqlite3_prepare_v2(db_, sql.c_str(), static_cast<int>(sql.size()), &statement->raw, nullptr);
  return result == SQLITE_OK ? std::string() : trouble("could not be read");
}

std::string DbFile::write(DbStatement& statement) {
  const int result = sqlite3_step(statement.raw);
  const std::string error = result == SQLITE_DONE ? "" : trouble("could not be written");
  sqlite3_reset(statement.raw);
  return error;
}

std::string DbFile::commit() {
  return run("COMMIT; BEGIN IMMEDIATE");
}

// The tables of an older session are dropped within the first transaction of this one.
std::string DbFile::begin_anew() {
  DbStatement names;
  if (std::string error = prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name "
                                  "NOT LIKE 'sqlite_%'",
                                  &names);
      !error.empty())
    return error;
  std::vector<std::string> old;
  while (sqlite3_step(names.raw) == SQLITE_ROW)
    old.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(names.raw, 0)));
  sqlite3_reset(names.raw);
  if (!old.empty() && !is_session(db_))
    return path_ + ": is a database of another program, which is left as it is";
  if (std::string error = run("PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA "
                              "synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000; "
                              "PRAGMA cache_size = -32000; BEGIN IMMEDIATE");
      !error.empty())
    return error;
  std::string sql = "PRAGMA application_id = " + std::to_string(kApplication) +
                    "; PRAGMA user_version = " + std::to_string(kDbFormat);
  for (const std::string& name : old) sql += "; DROP TABLE \"" + name + "\"";
  return run(sql);
}

std::string DbFile::create(const std::string& path) {
  path_ = path;
  if (is_another_file(path))
    return path + ": is there and is no saved session: it is left as it is";
  if (sqlite3_open_v2(path.c_str(), &db_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK)
    return trouble("could not be written");
  sqlite3_busy_timeout(db_, kPatienceMs);
  return begin_anew();
}

std::string DbFile::open(const std::string& path) {
  path_ = path;
  if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK)
    return trouble("could not be read");
  // The file may be hostile: no view, trigger or function of its schema is run.
  constexpr int kLongestValue = 64 << 20;
  sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_busy_timeout(db_, kPatienceMs);
  const bool ours = is_session(db_);
  if (!ours && sqlite3_errcode(db_) != SQLITE_OK && sqlite3_errcode(db_) != SQLITE_DONE)
    return trouble("could not be read");
  if (!ours) return path + ": is an SQLite database, but no saved session (export -o NAME.db)";
  if (pragma(db_, "user_version") > kDbFormat)
    return path + ": was saved by a newer version, in a format that this one does not know";
  return {};
}

std::string DbFile::finish() {
  if (std::string error = run("COMMIT"); !error.empty()) return error;
  // Both fail while somebody else reads the file. It then stays in WAL mode, where nothing is
  // missing, until it is closed by the last of them.
  sqlite3_exec(db_, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr);
  sqlite3_exec(db_, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  return {};
}

}  // namespace sipladder
