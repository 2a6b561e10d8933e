// Columns of the table `calls` that the user asked for, in the call list.
#pragma once

#include <string>
#include <vector>

#include "query/table_description.h"

namespace sipladder {

class ListColumns {
 public:
  // Names that `calls` has; others are left out.
  explicit ListColumns(const std::vector<std::string>& names);

  bool empty() const { return columns_.empty(); }
  std::vector<std::string> names() const;
  // Verdicts stay empty unless `with_verdict`: they take long while packets come.
  std::vector<std::string> cells(Reader& reader, CallId id, bool with_verdict) const;

 private:
  std::vector<const Column*> columns_;
};

}  // namespace sipladder
