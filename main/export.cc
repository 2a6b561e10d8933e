// The chosen calls as a file; its ending says which.
#include "export/exporters.h"
#include "export/wireshark_filter.h"
#include "main/output.h"
#include "main/print.h"
#include "query/escape.h"

namespace sipladder {

int export_calls(Session& session, const Options& options, const std::vector<HostAlias>& aliases) {
  constexpr int kWidth = 100;
  const ChosenCalls chosen(session, options);
  if (chosen.none()) return kDone;
  ExportRequest request = export_request(session, options, aliases, chosen);
  if (options.wireshark_filter) {
    std::printf("%s\n", terminal_text(wireshark_filter(request)).c_str());
    return kDone;
  }
  request.path = options.output;
  request.text.width = options.width > 0 ? options.width : kWidth;
  const ExportReport report = exporter_of_file(options.output)->write(request);
  for (const std::string& line : report.complaints) complain(line);
  for (const std::string& line : report.lines) std::printf("%s\n", terminal_text(line).c_str());
  switch (report.outcome) {
    case ExportReport::Outcome::done:
      return kDone;
    case ExportReport::Outcome::unreadable:
      return kUnreadable;
    case ExportReport::Outcome::unwritable:
      return kUnwritable;
  }
  return kUnwritable;
}

}  // namespace sipladder
