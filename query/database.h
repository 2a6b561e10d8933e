// The tables as read-only SQL. SQLite and re2 are used here only, SQLite also for saved sessions.
//
// Threads: one at a time, which holds the lock of the session (session_lock.h) while packets come.
// Errors: functions return a sentence, empty when all went well.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "query/table_description.h"

namespace sipladder {

struct ResultColumn {
  std::string name;
  bool json = false;  // holds a JSON array
};

class Database {
 public:
  explicit Database(Reader& reader);  // which must outlive this
  ~Database();

  // Runs one SELECT. Calls `begin` once, also when there are no rows, then `row` for each of them;
  // false from `row` ends the query. Values are valid during the call. A query that is cancelled
  // (Model::cancellation) ends early and without an error.
  std::string run(const std::string& sql,
                  const std::function<void(const std::vector<ResultColumn>&)>& begin,
                  const std::function<bool(const std::vector<Value>&)>& row);

  // The sentence that run() would return before it reads a row.
  std::string check(const std::string& sql);

  // Empty when `pattern` is a regular expression, else what is wrong with it.
  static std::string check_pattern(const std::string& pattern);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
