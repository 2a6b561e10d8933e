// Rows as text: table, csv, json, ndjson, md. Text from the network is escaped for each of them.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "query/database.h"
#include "query/escape.h"

namespace sipladder {

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void begin(const std::vector<ResultColumn>& columns) = 0;
  virtual void row(const std::vector<Value>& values) = 0;
  virtual void end() = 0;
};

// Null when `format` is none of table, csv, json, ndjson, md.
std::unique_ptr<RowWriter> make_row_writer(const std::string& format, std::FILE* out);

}  // namespace sipladder
