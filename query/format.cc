#include "query/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/characters.h"

namespace sipladder {
namespace {

constexpr size_t kWidthRows = 500;  // rows that decide the column widths of a table
constexpr size_t kMaxCellWidth = 80;

std::string number_text(const Value& value) {
  return value.type == Value::Type::integer ? std::to_string(value.integer)
                                            : fmt::format("{:.3f}", value.real);
}

std::string plain_text(const Value& value) {
  if (value.type == Value::Type::null) return {};
  return value.type == Value::Type::text ? terminal_text(value.text) : number_text(value);
}

// At most kMaxCellWidth columns.
std::string cut_text(std::string text) {
  if (text_width(text) <= kMaxCellWidth) return text;
  size_t at = 0;
  for (size_t width = 0;;) {
    const Character c = first_character(std::string_view(text).substr(at));
    width += static_cast<size_t>(char_width(c.code));
    if (width >= kMaxCellWidth) return text.substr(0, at) + "…";
    at += c.size;
  }
}

std::string csv_cell(const Value& value) {
  if (value.type == Value::Type::null) return {};
  return value.type == Value::Type::text ? csv_text(value.text) : number_text(value);
}

class FileWriter : public RowWriter {
 public:
  explicit FileWriter(std::FILE* out) : out_(out) {}

 protected:
  void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), out_); }
  std::FILE* out_;
};

class CsvWriter : public FileWriter {
 public:
  using FileWriter::FileWriter;
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string line;
    for (size_t i = 0; i < columns.size(); i++)
      line.append(i == 0 ? "" : ",").append(csv_text(columns[i].name));
    put(line + "\n");
  }
  void row(const std::vector<Value>& values) override {
    line_.clear();
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) line_ += ',';
      line_ += csv_cell(values[i]);
    }
    put(line_ += '\n');
  }
  void end() override {}

 private:
  std::string line_;
};

class JsonWriter : public FileWriter {
 public:
  JsonWriter(std::FILE* out, bool lines) : FileWriter(out), lines_(lines) {}
  void begin(const std::vector<ResultColumn>& columns) override {
    columns_ = columns;
    for (const ResultColumn& column : columns) keys_.push_back(json_text(column.name) + ":");
    if (!lines_) put("[");
  }
  void row(const std::vector<Value>& values) override {
    text_.clear();
    if (!lines_) text_ += first_ ? "\n" : ",\n";
    first_ = false;
    text_ += '{';
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) text_ += ',';
      text_ += keys_[i];
      append(values[i], columns_[i].json);
    }
    text_ += lines_ ? "}\n" : "}";
    put(text_);
  }
  void end() override {
    if (!lines_) put(first_ ? "]\n" : "\n]\n");
  }

 private:
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
  bool first_ = true;
  std::vector<ResultColumn> columns_;
  std::vector<std::string> keys_;
  std::string text_;
};

class MarkdownWriter : public FileWriter {
 public:
  using FileWriter::FileWriter;
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string head = "|", rule = "|";
    for (const ResultColumn& column : columns) {
      head += " " + markdown_text(column.name) + " |";
      rule += " --- |";
    }
    put(head + "\n" + rule + "\n");
  }
  void row(const std::vector<Value>& values) override {
    std::string line = "|";
    for (const Value& value : values) {
      const bool text = value.type == Value::Type::text;
      line += " " + (text ? markdown_text(value.text) : plain_text(value)) + " |";
    }
    put(line + "\n");
  }
  void end() override {}
};

class TableWriter : public FileWriter {
 public:
  using FileWriter::FileWriter;
  void begin(const std::vector<ResultColumn>& columns) override {
    for (const ResultColumn& column : columns) {
      head_.emplace_back().set(column.name);
      widths_.push_back(cell_of(head_.back()).width);
    }
  }
  void row(const std::vector<Value>& values) override {
    if (flushed_) return print(values);
    for (size_t i = 0; i < values.size(); i++)
      widths_[i] = std::max(widths_[i], cell_of(values[i]).width);
    held_.push_back(values);
    if (held_.size() == kWidthRows) flush();
  }
  void end() override { flush(); }

 private:
  struct Cell {
    std::string_view text;  // of the value, or of scratch_ until the next cell
    size_t width;
  };
  // Nearly every text can be printed as it is.
  Cell cell_of(const Value& value) {
    if (value.type == Value::Type::text && value.text.size() <= kMaxCellWidth &&
        is_printable_ascii(value.text)) {
      return {value.text, value.text.size()};
    }
    scratch_ = cut_text(plain_text(value));
    return {scratch_, text_width(scratch_)};
  }
  void flush() {
    if (flushed_) return;
    flushed_ = true;
    print(head_);
    for (const auto& values : held_) print(values);
    held_.clear();
  }
  void print(const std::vector<Value>& values) {
    line_.clear();
    for (size_t i = 0; i < values.size(); i++) {
      const Cell cell = cell_of(values[i]);
      const size_t pad = widths_[i] > cell.width ? widths_[i] - cell.width : 0;
      const bool right = values[i].type != Value::Type::text;
      if (i > 0) line_ += "  ";
      if (right) line_.append(pad, ' ');
      line_ += cell.text;
      if (!right) line_.append(pad, ' ');
    }
    line_.erase(line_.find_last_not_of(' ') + 1);
    put(line_ += '\n');
  }
  std::vector<size_t> widths_;
  std::vector<Value> head_;
  std::vector<std::vector<Value>> held_;
  std::string line_;
  std::string scratch_;
  bool flushed_ = false;
};

}  // namespace

std::unique_ptr<RowWriter> make_row_writer(const std::string& format, std::FILE* out) {
  if (format == "table") return std::make_unique<TableWriter>(out);
  if (format == "csv") return std::make_unique<CsvWriter>(out);
  if (format == "json") return std::make_unique<JsonWriter>(out, false);
  if (format == "ndjson") return std::make_unique<JsonWriter>(out, true);
  if (format == "md") return std::make_unique<MarkdownWriter>(out);
  return nullptr;
}

}  // namespace sipladder
