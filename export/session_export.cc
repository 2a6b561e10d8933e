// Packets and tables as a session to open again, when all has been read already.
#include "export/exporters.h"
#include "export/session_file.h"

namespace sipladder {
namespace {

using Outcome = ExportReport::Outcome;

// As the model was read; standard input and devices cannot be read again.
std::unique_ptr<PacketSource> reopen(const ExportRequest& request, PacketLog& log,
                                     ExportReport* report) {
  OpenOptions options{request.bpf};
  for (const SourceInfo& capture : request.model.captures)
    options.clocks[capture.name] = capture.clock_ahead_ns;
  auto source = open_captures(request.sources, options, log, &report->complaints);
  if (!report->complaints.empty()) report->outcome = Outcome::unreadable;
  if (source == nullptr && report->complaints.empty())
    report->complaints.push_back("the packets cannot be read again");
  return source;
}

}  // namespace

ExportReport export_session(const ExportRequest& request) {
  ExportReport report;
  PacketLog log;
  const auto source = reopen(request, log, &report);
  if (source == nullptr) {
    report.outcome = Outcome::unreadable;
    return report;
  }
  SessionFile file;
  std::string error = file.create(request.path, request.sources);
  Packet packet;
  for (ReadResult read{}; error.empty() && (read = source->next(&packet)) != ReadResult::end;) {
    if (read == ReadResult::packet) file.keep(packet);
    if (request.model.cancellation.requested()) break;
  }
  Reader reader(request.model, request.log, request.analyst);
  if (error.empty()) error = file.finish(reader);
  if (error.empty()) return report;
  report.outcome = Outcome::unwritable;
  report.complaints.push_back(error);
  return report;
}

}  // namespace sipladder
