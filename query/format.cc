#include "query/format.h"

#include <fmt/format.h>

#include "query/characters.h"
#include "query/escape.h"
#include "query/table_writer.h"

namespace sipladder {
namespace {

std::string number_text(const Value& value) {
  return value.type == Value::Type::integer ? std::to_string(value.integer)
                                            : fmt::format("{:.3f}", value.real);
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
    columns_ = columns;
    for (const ResultColumn& column : columns) keys_.push_back(json_text(column.name) + ":");
    if (!lines_) is_open_ = out_.put("[", kEmptyEnd.size());
  }
  bool row(const std::vector<Value>& values) override {
    text_.clear();
    if (!lines_) text_ += first_ ? "\n" : ",\n";
    text_ += '{';
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) text_ += ',';
      text_ += keys_[i];
      append(values[i], columns_[i].json);
    }
    text_ += lines_ ? "}\n" : "}";
    if (!out_.put(text_, lines_ ? 0 : kEnd.size())) return false;
    first_ = false;
    return true;
  }
  void end() override {
    if (!lines_ && is_open_) out_.finish(first_ ? kEmptyEnd : kEnd);
  }

 private:
  static constexpr std::string_view kEnd = "\n]\n", kEmptyEnd = "]\n";

  void append(const Value& value, bool json) {
    switch (value.type) {
      case Value::Type::null:
        text_ += "null";
        break;
      case Value::Type::text:
        if (json) {
          text_ += value.text;
        } else {
          append_json(&text_, value.text);
        }
        break;
      case Value::Type::integer:
        text_ += std::to_string(value.integer);
        break;
      case Value::Type::real:
        append_json(&text_, value.real);
    }
  }
  bool lines_;
  bool is_open_ = false;
  bool first_ = true;
  std::vector<ResultColumn> columns_;
  std::vector<std::string> keys_;
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

}  // namespace

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
