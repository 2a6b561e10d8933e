#include "query/format.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/table_writer.h"

namespace sipladder {
namespace {

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

std::string number_text(const Value& value) {
  return value.type == Value::Type::integer ? std::to_string(value.integer)
                                            : fmt::format("{:.3f}", value.real);
}

class CsvWriter : public RowWriter {
 public:
  CsvWriter(const RowStyle& style, std::FILE* out) : raw_(style.raw_csv), out_(style, out) {}
  void begin(const std::vector<ResultColumn>& columns) override {
    for (const ResultColumn& column : columns) {
      Value name;
      name.set(column.name);
      if (!line_.empty()) line_ += ',';
      line_ += csv_text(name, true);
    }
    out_.put(line_ += '\n');
  }
  bool row(const std::vector<Value>& values) override {
    line_.clear();
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) line_ += ',';
      line_ += csv_text(values[i], raw_);
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
    if (!lines_) is_open_ = out_.put("[", kEmptyEnd.size());
  }
  bool row(const std::vector<Value>& values) override {
    text_.clear();
    if (!lines_) text_ += first_ ? "\n" : ",\n";
    text_ += '{';
    for (size_t i = 0; i < values.size(); i++) {
      if (i > 0) text_ += ',';
      text_.append(json_text(columns_[i].name)).append(":");
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
    if (value.type == Value::Type::null) {
      text_ += "null";
    } else if (value.type == Value::Type::text) {
      text_ += json ? value.text : json_text(value.text);
    } else {
      text_ += number_text(value);
    }
  }
  bool lines_;
  bool is_open_ = false;
  bool first_ = true;
  std::vector<ResultColumn> columns_;
  BoundedOutput out_;
  std::string text_;
};

class MarkdownWriter : public RowWriter {
 public:
  MarkdownWriter(const RowStyle& style, std::FILE* out) : out_(style, out) {}
  void begin(const std::vector<ResultColumn>& columns) override {
    std::string head = "|", rule = "|";
    for (const ResultColumn& column : columns) {
      head += " " + column.name + " |";
      rule += " --- |";
    }
    out_.put(head + "\n" + rule + "\n");
  }
  bool row(const std::vector<Value>& values) override {
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

std::string plain_text(const Value& value) {
  if (value.type == Value::Type::null) return {};
  return value.type == Value::Type::text ? terminal_text(value.text) : number_text(value);
}

std::string cut_text(std::string text, size_t most) {
  if (display_width(text) <= most) return text;
  size_t at = 0;
  for (size_t width = 0; width + 1 < most; width++) {
    at++;
    while (at < text.size() && (text[at] & 0xC0) == 0x80) at++;
  }
  return text.substr(0, at) + "…";
}

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

std::string csv_text(const Value& value, bool raw) {
  if (value.type == Value::Type::null) return {};
  if (value.type != Value::Type::text) return number_text(value);
  std::string text = csv_lines(value.text);
  // A spreadsheet runs what begins like this; a telephone number is none.
  const bool number = text.find_first_not_of("+0123456789") == std::string::npos;
  if (!raw && !text.empty() && !number &&
      std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos)
    text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::unique_ptr<RowWriter> make_row_writer(const RowStyle& style, std::FILE* out) {
  if (style.format == "csv") return std::make_unique<CsvWriter>(style, out);
  if (style.format == "json" || style.format == "ndjson")
    return std::make_unique<JsonWriter>(style, out);
  if (style.format == "md") return std::make_unique<MarkdownWriter>(style, out);
  return make_table_writer(style, out);
}

}  // namespace sipladder
