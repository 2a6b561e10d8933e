// `sipladder redact`: writes a copy of a capture that can be given away. packet_redactor.h says
// what is replaced and what stays.
#pragma once

#include <string>
#include <vector>

#include "export/redact/media_fill.h"

namespace sipladder {

struct RedactOptions {
  std::string in, out;
  std::string key;       // any bytes; empty: a random one
  std::string map_path;  // where to write which word became which; empty: nowhere
  MediaMode media = MediaMode::zero;
  bool keep_prefix = false;
};

struct RedactReport {
  std::string unreadable;          // why IN could not be read, or not to its end
  std::string unwritable;          // why OUT or the map could not be written
  std::vector<std::string> lines;  // what was replaced, and what could not be
};

// Reads `options.in` three times: a pipe cannot be redacted. Errors are in the report.
RedactReport redact(const RedactOptions& options);

}  // namespace sipladder
