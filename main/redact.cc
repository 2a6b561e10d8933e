// redact IN OUT.
#include "export/redact/redact.h"

#include <cstdio>

#include "main/output.h"
#include "main/print.h"
#include "main/text_file.h"
#include "query/escape.h"

namespace sipladder {

int print_redacted(const Options& options) {
  RedactOptions redaction;
  redaction.in = options.sources[0];
  redaction.out = options.sources[1];
  redaction.map_path = options.map_file;
  redaction.keep_prefix = options.keep_prefix;
  redaction.media = options.media == "drop"   ? MediaMode::drop
                    : options.media == "keep" ? MediaMode::keep
                                              : MediaMode::zero;
  if (!options.key_file.empty()) {
    const std::string error = read_text_file(options.key_file, &redaction.key);
    if (!error.empty() || redaction.key.empty()) {
      complain(error.empty() ? options.key_file + ": an empty file is no key" : error);
      return kUnreadable;
    }
  }
  const RedactReport report = redact(redaction);
  if (!report.unreadable.empty()) complain(report.unreadable);
  if (!report.unwritable.empty()) complain(report.unwritable);
  for (const std::string& line : report.lines) std::printf("%s\n", terminal_text(line).c_str());
  if (!report.unwritable.empty()) return kUnwritable;
  return report.unreadable.empty() ? int{kDone} : int{kUnreadable};
}

}  // namespace sipladder
