// Rows as text: table, csv, json, ndjson, md. Text from the network is escaped for each of them.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "query/database.h"

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

// Control characters, escape sequences and bytes that are not UTF-8, made visible: safe on a
// terminal.
std::string terminal_text(std::string_view text);
std::string valid_utf8(std::string_view text);  // bytes that are not UTF-8 become U+FFFD
std::string json_text(std::string_view text);   // with quotes
std::string csv_text(const Value& value);  // RFC 4180, formulas disarmed, else as terminal_text

}  // namespace sipladder
