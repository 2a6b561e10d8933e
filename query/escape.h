// Makes text from the network safe for each output format. Hidden characters (characters.h), and
// bytes that are not UTF-8, are escaped or replaced. Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

// For a terminal: hidden characters and bytes that are not UTF-8 as \xNN, one for each byte.
std::string terminal_text(std::string_view text);
std::string valid_utf8(std::string_view text);  // bytes that are not UTF-8 become U+FFFD

// The only writer of JSON. Hidden characters are escaped, beyond U+FFFF as pairs of surrogates (RFC
// 8259 section 7); bytes that are not UTF-8 become U+FFFD.
void append_json(std::string* out, std::string_view text);  // with quotes
void append_json(std::string* out, double number);          // null when it is infinite or NaN
std::string json_text(std::string_view text);

// Builds a JSON array item by item.
class JsonArray {
 public:
  void add(std::string_view text) { append_json(item(), text); }
  void add_number(uint64_t number) { *item() += std::to_string(number); }
  std::string text() const { return text_ + "]"; }

 private:
  std::string* item() {
    if (text_.size() > 1) text_ += ',';
    return &text_;
  }
  std::string text_ = "[";
};

// A cell of CSV (RFC 4180), in quotes where they are needed. Hidden characters are escaped as for a
// terminal, except line ends. A cell that a spreadsheet would run as a formula gets a ' in front,
// unless `formulas` is true.
std::string csv_text(std::string_view text, bool formulas = false);
// For text and for attributes, in XML and HTML.
std::string xml_text(std::string_view text);
std::string markdown_text(std::string_view text);  // for a cell of a table
std::string sql_string(std::string_view text);     // with its quotes

}  // namespace sipladder
