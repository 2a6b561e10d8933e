#include "query/format.h"

#include <fmt/format.h>

#include <algorithm>

namespace sipladder {
namespace {

constexpr size_t kWidthRows = 500;  // rows that decide the column widths of a table
constexpr size_t kMaxCellWidth = 80;

// Length of the UTF-8 sequence at `at`, 0 when it is none.
size_t utf8_length(std::string_view text, size_t at, uint32_t* code) {
  const auto byte = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(at);
  if (first < 0x80) return *code = first, 1;
  const size_t length = first >= 0xF0 && first < 0xF5 ? 4
                        : first >= 0xE0               ? 3
                        : first >= 0xC2               ? 2
                                                      : 0;
  if (length == 0 || first >= 0xF5) return 0;
  *code = first & (0x7FU >> length);
  for (size_t i = 1; i < length; i++) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    *code = *code << 6 | (byte(at + i) & 0x3F);
  }
  const bool overlong =
      (length == 3 && *code < 0x800) || (length == 4 && (*code < 0x10000 || *code > 0x10FFFF));
  return overlong || (*code >= 0xD800 && *code < 0xE000) ? 0 : length;
}

bool is_hidden(uint32_t code) {  // C0, C1, bidirectional controls, line separators
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

// Nothing to escape, one column a byte: nearly every text.
bool is_printable_ascii(std::string_view text) {
  bool all = true;
  for (const char c : text) all &= c >= 0x20 && c < 0x7F;
  return all;
}

size_t display_width(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string number_text(const Value& value) {
  return value.type == Value::Type::integer ? std::to_string(value.integer)
                                            : fmt::format("{:.3f}", value.real);
}

std::string plain_text(const Value& value) {
  if (value.type == Value::Type::null) return {};
  return value.type == Value::Type::text ? terminal_text(value.text) : number_text(value);
}

std::string cut_text(std::string text) {
  if (display_width(text) <= kMaxCellWidth) return text;
  size_t at = 0;
  for (size_t width = 0; width + 1 < kMaxCellWidth; width++) {
    at++;
    while (at < text.size() && (text[at] & 0xC0) == 0x80) at++;
  }
  return text.substr(0, at) + "…";
}

class FileWriter : public RowWriter {
 public:
  explicit FileWriter(std::FILE* out) : out_(out) {}

 protected:
  void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), out_); }
  std::FILE* out_;
  std::vector<ResultColumn> columns_;
};

class CsvWriter : public FileWriter {
 public:
  using FileWriter::FileWriter;
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string line;
    for (const ResultColumn& column : columns)
      line.append(line.empty() ? "" : ",").append(column.name);
    put(line + "\n");
  }
  void row(const std::vector<Value>& values) override {
    line_.clear();
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) line_ += ',';
      line_ += csv_text(values[i]);
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
    if (!lines_) put("[");
  }
  void row(const std::vector<Value>& values) override {
    text_.clear();
    if (!lines_) text_ += first_ ? "\n" : ",\n";
    first_ = false;
    text_ += '{';
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) text_ += ',';
      text_.append(json_text(columns_[i].name)).append(":");
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
    if (value.type == Value::Type::null) {
      text_ += "null";
    } else if (value.type == Value::Type::text) {
      text_ += json ? value.text : json_text(value.text);
    } else {
      text_ += number_text(value);
    }
  }
  bool lines_;
  bool first_ = true;
  std::string text_;
};

class MarkdownWriter : public FileWriter {
 public:
  using FileWriter::FileWriter;
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string head = "|", rule = "|";
    for (const ResultColumn& column : columns) {
      head += " " + column.name + " |";
      rule += " --- |";
    }
    put(head + "\n" + rule + "\n");
  }
  void row(const std::vector<Value>& values) override {
    std::string line = "|";
    for (const Value& value : values) {
      line += ' ';
      for (const char c : plain_text(value)) {
        if (c == '<') {
          line += "&lt;";
          continue;
        }
        if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '[') line += '\\';
        line += c;
      }
      line += " |";
    }
    put(line + "\n");
  }
  void end() override {}
};

class TableWriter : public FileWriter {
 public:
  using FileWriter::FileWriter;
  void begin(const std::vector<ResultColumn>& columns) override {
    columns_ = columns;
    for (const ResultColumn& column : columns) widths_.push_back(column.name.size());
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
    return {scratch_, display_width(scratch_)};
  }
  void flush() {
    if (flushed_) return;
    flushed_ = true;
    std::vector<Value> head(columns_.size());
    for (size_t i = 0; i < head.size(); i++) head[i].set(columns_[i].name);
    print(head);
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
  std::vector<std::vector<Value>> held_;
  std::string line_;
  std::string scratch_;
  bool flushed_ = false;
};

}  // namespace

std::string terminal_text(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    uint32_t code = 0;
    const size_t length = utf8_length(text, at, &code);
    if (length == 0 || is_hidden(code)) {
      for (size_t i = 0; i < std::max<size_t>(1, length); i++) {
        out += fmt::format("\\x{:02X}",
                           static_cast<unsigned>(static_cast<unsigned char>(text[at + i])));
      }
    } else {
      out.append(text.substr(at, length));
    }
    at += std::max<size_t>(1, length);
  }
  return out;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    uint32_t code = 0;
    const size_t length = utf8_length(text, at, &code);
    if (length == 0) {
      out += "\\ufffd";
    } else if (code == '"' || code == '\\') {
      out.append({'\\', static_cast<char>(code)});
    } else if (is_hidden(code)) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      out.append(text.substr(at, length));
    }
    at += std::max<size_t>(1, length);
  }
  return out + "\"";
}

std::string valid_utf8(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    uint32_t code = 0;
    const size_t length = utf8_length(text, at, &code);
    length == 0 ? out.append("\uFFFD") : out.append(text.substr(at, length));
    at += std::max<size_t>(1, length);
  }
  return out;
}

// Safe on a terminal, with the line ends that a quoted cell may have.
static std::string csv_lines(std::string_view text) {
  if (is_printable_ascii(text)) return std::string(text);
  std::string out;
  while (true) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    const bool cr = end != std::string_view::npos && line.ends_with('\r');
    if (cr) line.remove_suffix(1);
    out += terminal_text(line);
    if (end == std::string_view::npos) return out;
    out += cr ? "\r\n" : "\n";
    text.remove_prefix(end + 1);
  }
}

std::string csv_text(const Value& value) {
  if (value.type == Value::Type::null) return {};
  if (value.type != Value::Type::text) return number_text(value);
  std::string text = csv_lines(value.text);
  // A spreadsheet runs what begins like this; a telephone number is none.
  const bool number = text.find_first_not_of("+0123456789") == std::string::npos;
  if (!text.empty() && !number &&
      std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::unique_ptr<RowWriter> make_row_writer(const std::string& format, std::FILE* out) {
  if (format == "table") return std::make_unique<TableWriter>(out);
  if (format == "csv") return std::make_unique<CsvWriter>(out);
  if (format == "json") return std::make_unique<JsonWriter>(out, false);
  if (format == "ndjson") return std::make_unique<JsonWriter>(out, true);
  if (format == "md") return std::make_unique<MarkdownWriter>(out);
  return nullptr;
}

}  // namespace sipladder
