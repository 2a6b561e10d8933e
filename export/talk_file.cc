// Exports the talk of the first chosen call that has media as a WAV file.
#include <fmt/format.h>

#include "export/exporters.h"
#include "export/wav.h"

namespace sipladder {

ExportReport export_talk(const ExportRequest& request) {
  using Outcome = ExportReport::Outcome;
  request.analyst.media().update();
  CallId call;
  for (const CallId id : calls_of(request)) {
    if (request.analyst.media().streams_of(id).empty()) continue;
    call = id;
    break;
  }
  if (!call) {
    return {Outcome::unwritable,
            {request.path + ": not written: none of the chosen calls has media in this capture"},
            {}};
  }
  const WavReport wav = export_wav(request, call);
  ExportReport report;
  if (!wav.unreadable.empty()) {
    report.outcome = Outcome::unreadable;
    report.complaints.push_back(wav.unreadable);
  }
  if (!wav.error.empty()) {
    if (wav.unreadable.empty()) report.outcome = Outcome::unwritable;
    report.complaints.push_back(wav.error);
    return report;
  }
  report.lines.push_back(
      fmt::format("{}: call {}, {:.1f} s", request.path, call.value, wav.seconds));
  for (const std::string& line : wav.lines) report.lines.push_back("  " + line);
  return report;
}

}  // namespace sipladder
