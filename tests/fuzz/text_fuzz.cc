#include <cstdint>

#include "capture/text_trace.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

// Logs with SIP in them, line by line.
std::string text(std::string_view input) {
  std::string_view text = input;
  is_text_trace(text);
  TraceParser parser;
  TraceMessage message;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    parser.add(text.substr(0, end), &message);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  parser.finish(&message);
  return {};
}

}  // namespace sipladder::fuzz
