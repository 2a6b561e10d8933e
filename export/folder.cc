// A folder for a ticket: of the chosen calls a report to read, the packets, the rows, the ladders.
#include <algorithm>
#include <filesystem>

#include "export/exporters.h"

namespace sipladder {

ExportReport export_folder(const ExportRequest& request) {
  using Outcome = ExportReport::Outcome;
  ExportReport all;
  std::error_code error, ignored;
  std::filesystem::create_directories(request.path, error);
  if (!std::filesystem::is_directory(request.path, ignored))
    return {Outcome::unwritable, {request.path + ": could not be made: " + error.message()}, {}};
  for (const char* const name : {"report.html", "calls.pcapng", "calls.csv", "ladders.txt"}) {
    ExportRequest one = request;
    one.path = (std::filesystem::path(request.path) / name).string();
    const ExportReport report = exporter_of_file(name)->write(one);
    all.outcome = std::max(all.outcome, report.outcome);
    all.complaints.insert(all.complaints.end(), report.complaints.begin(), report.complaints.end());
    if (report.lines.empty() && report.outcome == Outcome::done) all.lines.push_back(one.path);
    all.lines.insert(all.lines.end(), report.lines.begin(), report.lines.end());
  }
  return all;
}

}  // namespace sipladder
