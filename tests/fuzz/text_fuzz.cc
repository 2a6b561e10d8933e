#include <cstddef>
#include <cstdint>

#include "capture/text_trace.h"

// Logs with SIP in them, line by line.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sipladder;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  is_text_trace(text);
  TraceParser parser;
  TraceMessage message;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    parser.add(text.substr(0, end), &message);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  parser.finish(&message);
  return 0;
}
