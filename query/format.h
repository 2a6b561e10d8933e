// Rows as text: table, csv, json, ndjson, md. Text from the network is escaped for each of them.
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
  int width = 0;                    // of a table: columns that it may take; 0: as wide as it wants
  bool wide = false;                // of a table: all columns, no cell cut
  std::vector<std::string> least;   // of a table: columns that go first where there is no room
  bool raw_csv = false;             // formulas are not disarmed
  uint64_t max_bytes = UINT64_MAX;  // whole rows only
};

// At most so many bytes to a file.
class BoundedOutput {
 public:
  BoundedOutput(const RowStyle& style, std::FILE* out) : left_(style.max_bytes), out_(out) {}
  // All of `text`, or nothing and false, when it and `reserved` more bytes do not fit. Nothing fits
  // after that.
  bool put(std::string_view text, size_t reserved = 0);
  // What was reserved.
  void finish(std::string_view text);
  uint64_t left() const { return left_; }  // bytes that fit

 private:
  uint64_t left_;
  std::FILE* out_;
};

// Rows as JSON objects: a column that holds JSON goes into them as it is.
class JsonRows {
 public:
  void begin(const std::vector<ResultColumn>& columns);
  void append(std::string* out, const std::vector<Value>& values) const;  // "{...}"

 private:
  std::vector<ResultColumn> columns_;
  std::vector<std::string> keys_;  // with quotes and colon
};

class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void begin(const std::vector<ResultColumn>& columns) = 0;
  virtual bool row(const std::vector<Value>& values) = 0;  // false: no more rows fit
  virtual void end() = 0;
  // Rows that a table holds back until it knows its widths.
  virtual bool flush() { return true; }
};

std::unique_ptr<RowWriter> make_row_writer(const RowStyle& style, std::FILE* out);

// A cell of a table, as one line.
std::string plain_text(const Value& value);

}  // namespace sipladder
