// Text from the network, made safe for each output format. Every byte stays visible: what is hidden
// or no UTF-8 is written as an escape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

// For a terminal: hidden characters and bytes that are not UTF-8 as \xNN, one for each byte.
std::string terminal_text(std::string_view text);
std::string valid_utf8(std::string_view text);  // bytes that are not UTF-8 become U+FFFD

// The one writer of JSON. Hidden characters are escaped, in pairs of surrogates beyond U+FFFF;
// bytes that are not UTF-8 become U+FFFD.
void append_json(std::string* out, std::string_view text);  // with quotes
void append_json(std::string* out, double number);          // null when it is infinite or NaN
std::string json_text(std::string_view text);

// An array, item by item.
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

// RFC 4180: a formula is disarmed, quotes where they are needed, hidden characters as on a
// terminal, but for line ends. With `formulas` those stay.
std::string csv_text(std::string_view text, bool formulas = false);
// Of text and of attributes, in XML and HTML.
std::string xml_text(std::string_view text);
std::string markdown_text(std::string_view text);  // of a cell of a table
std::string sql_string(std::string_view text);     // with its quotes

}  // namespace sipladder
