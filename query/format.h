// Rows as text: table, csv, json, ndjson, md. Text from the network is escaped for each of them.
//
// Threads: one. Errors of writing are not noticed here: std::ferror() of the file tells.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/database.h"
#include "query/escape.h"

namespace sipladder {

struct RowStyle {
  std::string format = "table";     // or csv, json, ndjson, md
  int width = 0;                    // of a table: columns of the terminal; 0: no limit
  bool wide = false;                // of a table: all columns, no cell cut
  std::vector<std::string> least;   // of a table: columns that are left out first, in order
  bool raw_csv = false;             // formulas are not disarmed
  uint64_t max_bytes = UINT64_MAX;  // whole rows only
};

// Writes at most RowStyle::max_bytes bytes to a file.
class BoundedOutput {
 public:
  BoundedOutput(const RowStyle& style, std::FILE* out) : left_(style.max_bytes), out_(out) {}
  // Writes all of `text`. When it and `reserved` more bytes do not fit, it writes nothing and
  // returns false, and nothing fits after that.
  bool put(std::string_view text, size_t reserved = 0);
  // Writes the text for which bytes were reserved.
  void finish(std::string_view text);
  uint64_t left() const { return left_; }  // bytes that fit

 private:
  uint64_t left_;
  std::FILE* out_;
};

// Writes rows as JSON objects. The text of a column that holds JSON is not quoted.
class JsonRows {
 public:
  void begin(const std::vector<ResultColumn>& columns);
  void append(std::string* out, const std::vector<Value>& values) const;  // "{...}"

 private:
  std::vector<ResultColumn> columns_;
  std::vector<std::string> keys_;  // with quotes and colon
};

// Writes the rows of one query in one format.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void begin(const std::vector<ResultColumn>& columns) = 0;
  virtual bool row(const std::vector<Value>& values) = 0;  // false: no more rows fit
  virtual void end() = 0;
  // Writes the rows that a table holds back until it knows its widths. False: no more rows fit.
  virtual bool flush() { return true; }
};

std::unique_ptr<RowWriter> make_row_writer(const RowStyle& style, std::FILE* out);

// A cell as text without control characters, as tables show it.
std::string plain_text(const Value& value);

}  // namespace sipladder
