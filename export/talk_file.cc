// Exports the talk of the first chosen call that has media, or one stream, as a WAV file.
#include <fmt/format.h>

#include "export/exporters.h"
#include "export/wav.h"

namespace sipladder {

namespace {

using Outcome = ExportReport::Outcome;

ExportReport report_of(const ExportRequest& request, const WavReport& wav,
                       const std::string& what) {
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
  report.lines.push_back(fmt::format("{}: {}, {:.1f} s", request.path, what, wav.seconds));
  for (const std::string& line : wav.lines) report.lines.push_back("  " + line);
  return report;
}

ExportReport export_stream(const ExportRequest& request) {
  const uint32_t number = request.stream.value;
  if (!request.model.streams.holds(request.stream))
    return {Outcome::done, {fmt::format("no stream is number {}", number)}, {}};
  return report_of(request, export_stream_wav(request, request.stream),
                   fmt::format("stream {}", number));
}

}  // namespace

ExportReport export_talk(const ExportRequest& request) {
  request.analyst.media().update();
  if (request.stream) return export_stream(request);
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
  return report_of(request, export_wav(request, call), fmt::format("call {}", call.value));
}

}  // namespace sipladder
