// The tables as read-only SQL. SQLite and re2 live here.
//
// Threads: one at a time, under the engine's lock when live. Errors: run() returns a sentence,
// empty when all went well.
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
  explicit Database(Reader& reader);
  ~Database();

  // `begin` once before the rows, also when there are none. A callback that returns false ends the
  // query.
  std::string run(const std::string& sql,
                  const std::function<void(const std::vector<ResultColumn>&)>& begin,
                  const std::function<bool(const std::vector<Value>&)>& row);

  // The sentence that run() would return before it reads a row.
  std::string check(const std::string& sql);

  // Whether `pattern` is a regular expression; the error otherwise.
  static std::string check_pattern(const std::string& pattern);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
