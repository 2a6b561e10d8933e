#include "query/format.h"

#include <charconv>

#include "query/characters.h"
#include "query/escape.h"
#include "query/table_writer.h"

namespace sipladder {
namespace {

std::string number_text(const Value& value) {
  if (value.type == Value::Type::integer) return std::to_string(value.integer);
  char text[320];  // the largest number has 309 digits before the point
  const auto end = std::to_chars(text, text + sizeof text, value.real, std::chars_format::fixed, 3);
  return {text, end.ptr};
}

std::string csv_cell(const Value& value, bool raw) {
  if (value.type == Value::Type::null) return {};
  return value.type == Value::Type::text ? csv_text(value.text, raw) : number_text(value);
}

class CsvWriter : public RowWriter {
 public:
  CsvWriter(const RowStyle& style, std::FILE* out) : raw_(style.raw_csv), out_(style, out) {}
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string line;
    for (size_t i = 0; i < columns.size(); i++)
      line.append(i == 0 ? "" : ",").append(csv_text(columns[i].name, raw_));
    out_.put(line + "\n");
  }
  bool row(const std::vector<Value>& values) override {
    line_.clear();
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) line_ += ',';
      line_ += csv_cell(values[i], raw_);
    }
    return out_.put(line_ += '\n');
  }
  void end() override {}

 private:
  bool raw_;
  BoundedOutput out_;
  std::string line_;
};

class JsonWriter : public RowWriter {
 public:
  JsonWriter(const RowStyle& style, std::FILE* out)
      : lines_(style.format == "ndjson"), out_(style, out) {}
  void begin(const std::vector<ResultColumn>& columns) override {
    rows_.begin(columns);
    if (!lines_) is_open_ = out_.put("[", kEmptyEnd.size());
  }
  bool row(const std::vector<Value>& values) override {
    text_.clear();
    if (!lines_) text_ += first_ ? "\n" : ",\n";
    rows_.append(&text_, values);
    if (lines_) text_ += '\n';
    if (!out_.put(text_, lines_ ? 0 : kEnd.size())) return false;
    first_ = false;
    return true;
  }
  void end() override {
    if (!lines_ && is_open_) out_.finish(first_ ? kEmptyEnd : kEnd);
  }

 private:
  static constexpr std::string_view kEnd = "\n]\n", kEmptyEnd = "]\n";

  bool lines_;
  bool is_open_ = false;
  bool first_ = true;
  JsonRows rows_;
  BoundedOutput out_;
  std::string text_;
};

class MarkdownWriter : public RowWriter {
 public:
  MarkdownWriter(const RowStyle& style, std::FILE* out) : out_(style, out) {}
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string head = "|", rule = "|";
    for (const ResultColumn& column : columns) {
      head += " " + markdown_text(column.name) + " |";
      rule += " --- |";
    }
    out_.put(head + "\n" + rule + "\n");
  }
  bool row(const std::vector<Value>& values) override {
    std::string line = "|";
    for (const Value& value : values) {
      const bool text = value.type == Value::Type::text;
      line += " " + (text ? markdown_text(value.text) : plain_text(value)) + " |";
    }
    return out_.put(line + "\n");
  }
  void end() override {}

 private:
  BoundedOutput out_;
};

void append_json_value(std::string* out, const Value& value, bool json) {
  switch (value.type) {
    case Value::Type::null:
      *out += "null";
      break;
    case Value::Type::text:
      if (json) {
        *out += value.text;
      } else {
        append_json(out, value.text);
      }
      break;
    case Value::Type::integer:
      *out += std::to_string(value.integer);
      break;
    case Value::Type::real:
      append_json(out, value.real);
  }
}

}  // namespace

void JsonRows::begin(const std::vector<ResultColumn>& columns) {
  columns_ = columns;
  keys_.clear();
  for (const ResultColumn& column : columns) keys_.push_back(json_text(column.name) + ":");
}

void JsonRows::append(std::string* out, const std::vector<Value>& values) const {
  *out += '{';
  for (size_t i = 0; i < values.size(); i++) {
    if (i > 0) *out += ',';
    *out += keys_[i];
    append_json_value(out, values[i], columns_[i].json);
  }
  *out += '}';
}

bool BoundedOutput::put(std::string_view text, size_t reserved) {
  if (text.size() + reserved > left_) {
    left_ = 0;
    return false;
  }
  left_ -= text.size();
  std::fwrite(text.data(), 1, text.size(), out_);
  return true;
}

void BoundedOutput::finish(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), out_);
}

std::string plain_text(const Value& value) {
  if (value.type == Value::Type::null) return {};
  return value.type == Value::Type::text ? terminal_text(value.text) : number_text(value);
}

std::unique_ptr<RowWriter> make_row_writer(const RowStyle& style, std::FILE* out) {
  if (style.format == "csv") return std::make_unique<CsvWriter>(style, out);
  if (style.format == "json" || style.format == "ndjson")
    return std::make_unique<JsonWriter>(style, out);
  if (style.format == "md") return std::make_unique<MarkdownWriter>(style, out);
  return make_table_writer(style, out);
}

}  // namespace sipladder
