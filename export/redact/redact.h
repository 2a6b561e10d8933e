// A capture that can be shared (see packet_redactor.h for what is replaced and what stays).
#pragma once

#include <string>
#include <vector>

#include "export/redact/media_fill.h"

namespace sipladder {

struct RedactOptions {
  std::string in, out;
  std::string key;       // any bytes; empty: a random one
  std::string map_path;  // empty: none is written
  MediaMode media = MediaMode::zero;
  bool keep_prefix = false;
};

struct RedactReport {
  std::string unreadable;          // why IN could not be read, or not to its end
  std::string unwritable;          // why OUT or the map could not be written
  std::vector<std::string> lines;  // what was replaced, and what could not be
};

// Reads IN three times: a pipe cannot be redacted.
RedactReport redact(const RedactOptions& options);

}  // namespace sipladder
