#include "export/annotations.h"

#include "export/cells.h"

namespace sipladder {
namespace {

std::string with_escapes(std::string_view text, std::string_view (*escape)(char)) {
  std::string out;
  for (const char c : text) {
    const std::string_view escaped = escape(c);
    if (escaped.empty()) {
      out += c;
    } else {
      out += escaped;
    }
  }
  return out;
}

}  // namespace

std::string annotation_text(std::string_view text) {
  return with_escapes(safe_utf8(text, true), [](char c) -> std::string_view {
    return c == '%' ? "%25" : c == '\n' ? "%0A" : c == '\r' ? "%0D" : std::string_view();
  });
}

std::string annotation_property(std::string_view text) {
  return with_escapes(annotation_text(text), [](char c) -> std::string_view {
    return c == ':' ? "%3A" : c == ',' ? "%2C" : std::string_view();
  });
}

}  // namespace sipladder
