// A saved session as an SQLite file: opening, statements, and errors in words. Written in WAL mode,
// so that what was committed stays whatever happens, and one file again when it is closed.
//
// Threads: one. Errors: functions return a sentence, empty when all went well.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace sipladder {

inline constexpr std::string_view kDbMagic = "SQLite format 3";  // and a zero byte
inline constexpr int kDbFormat = 1;                              // of what stands in it

struct DbStatement {
  sqlite3_stmt* raw = nullptr;
  DbStatement() = default;
  ~DbStatement();
  DbStatement(const DbStatement&) = delete;
  DbStatement& operator=(const DbStatement&) = delete;

  std::string text(int column) const;  // of the row that stands; empty for NULL
};

class DbFile {
 public:
  DbFile();
  ~DbFile();

  // A new session, or one in the place of an older one, which is given up with the first commit. A
  // file that is anything else is left alone.
  std::string create(const std::string& path);
  // A session to read; what a program that was killed had committed is there.
  std::string open(const std::string& path);

  std::string run(const std::string& sql);
  std::string prepare(const std::string& sql, DbStatement* statement);
  // One row of values was bound: writes it.
  std::string write(DbStatement& statement);
  // Commits what was written since, and goes on.
  std::string commit();
  // All into one file. The file stays as it was committed last without it.
  std::string finish();

  sqlite3* handle() const { return db_; }
  const std::string& path() const { return path_; }

 private:
  std::string trouble(const char* what) const;
  std::string begin_anew();

  std::string path_;
  sqlite3* db_ = nullptr;
};

}  // namespace sipladder
