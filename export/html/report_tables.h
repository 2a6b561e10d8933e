// Rows of the schema as tables of a page, and as the JSON that it carries.
//
// Lifetime: as the request. Texts are escaped.
#pragma once

#include <string>
#include <vector>

#include "export/exporters.h"
#include "query/database.h"

namespace sipladder {

class ReportTables {
 public:
  explicit ReportTables(const ExportRequest& request);

  // Empty when there is nothing to show.
  // `call`: the number that names the table.
  std::string streams(const Ladder& ladder, int64_t begin_ns, uint32_t call);
  std::string offers(const Ladder& ladder, uint32_t call);
  std::string hops(const Ladder& ladder, uint32_t call);
  std::string nat();
  // What calls are there, with all columns, as an element that no script engine runs.
  std::string rows(const std::vector<CallId>& calls);

 private:
  struct Rows {
    std::vector<ResultColumn> columns;
    std::vector<std::vector<Value>> values;
  };
  Rows ask(const std::string& sql);
  static std::string table(const Rows& rows, const std::string& caption);
  std::string json(const std::string& sql);

  Reader reader_;
  Database database_;
};

}  // namespace sipladder
