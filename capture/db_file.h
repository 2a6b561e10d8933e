// A saved session as an SQLite file: opening, statements, and errors in words. It is written in WAL
// mode, so that what was committed survives a crash. finish() makes it a single file again.
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
inline constexpr int kDbFormat = 1;                              // version of the tables in it

struct DbStatement {
  sqlite3_stmt* raw = nullptr;
  DbStatement() = default;
  ~DbStatement();
  DbStatement(const DbStatement&) = delete;
  DbStatement& operator=(const DbStatement&) = delete;

  std::string text(int column) const;  // of the row that was read last; empty for NULL
};

class DbFile {
 public:
  DbFile();
  ~DbFile();

  // Begins a new session. An older session in that file is removed by the first commit. Any other
  // file is left alone, with an error.
  std::string create(const std::string& path);
  // Opens a session to read it. What a program had committed before it was killed is there.
  std::string open(const std::string& path);

  std::string run(const std::string& sql);
  std::string prepare(const std::string& sql, DbStatement* statement);
  // Writes the row whose values were bound to the statement.
  std::string write(DbStatement& statement);
  // Commits what was written since the last commit, and begins the next transaction.
  std::string commit();
  // The last commit, and all of it into one file. Without this call the file keeps what was
  // committed before.
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
