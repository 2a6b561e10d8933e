// Rows of the SQL tables (query/) as tables of the HTML report, and as the JSON that it carries.
//
// Lifetime: the request's model, log and analyst must outlive this object. Text from the network is
// escaped.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "export/exporters.h"
#include "query/database.h"

namespace sipladder {

class ReportTables {
 public:
  explicit ReportTables(const ExportRequest& request);

  // The tables of one call. Empty when there are no rows. `begin_ns`: times count from it.
  // `call`: the number of the call, for the caption.
  std::string streams(const Ladder& ladder, int64_t begin_ns, uint32_t call);
  std::string offers(const Ladder& ladder, uint32_t call);
  std::string hops(const Ladder& ladder, uint32_t call);
  // Of these calls; null: of the whole capture.
  std::string nat(const std::vector<CallId>* calls);
  // The rows of these calls with all columns, as JSON in a <script> element of a type that no
  // browser runs. "left_out" in it says of each table how many rows it does not hold.
  std::string rows(const std::vector<CallId>& calls);

 private:
  struct Rows {
    std::vector<ResultColumn> columns;
    std::vector<std::vector<Value>> values;
    size_t left_out = 0;  // beyond the bound of a table
  };
  Rows ask(const std::string& sql);
  void add(const std::string& sql, Rows* rows);
  // The rows of the table `from` whose column `key` is one of `ids`, in the order of these.
  Rows of_each(const std::set<uint32_t>& ids, const std::string& columns, const std::string& from,
               const std::string& key);
  // The verdict on the hop that this request made; a null value when that hop was not looked at.
  Value verdict_on(int64_t request);
  size_t count(const std::string& from);  // a table, with or without a condition
  static std::string table(const Rows& rows, const std::string& caption);
  // Adds to *left_out a member of a JSON object: how many rows there are beyond the bound.
  std::string json(const std::string& table, std::string* left_out);

  Reader reader_;
  Database database_;
  absl::flat_hash_map<uint32_t, std::string_view> verdicts_;  // of requests; filled when asked for
};

}  // namespace sipladder
