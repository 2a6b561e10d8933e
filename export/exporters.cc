#include "export/exporters.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "export/ladder_documents.h"

namespace sipladder {

#define EXPORTER(write, ending, about, options) ExportReport write(const ExportRequest& request);
#include "export/exporters.def"
#undef EXPORTER

namespace {

ExportReport export_ladders(const ExportRequest& request, const LadderFormat& format) {
  std::vector<std::string> remarks;
  ExportReport report = write_file(
      request.path, [&](std::FILE* file) { remarks = write_ladders(request, format, file); });
  report.complaints.insert(report.complaints.end(), remarks.begin(), remarks.end());
  return report;
}

std::vector<Exporter> all_exporters() {
  std::vector<Exporter> all = {
#define EXPORTER(write, ending, about, options) {ending, about, options, write},
#include "export/exporters.def"
#undef EXPORTER
  };
  for (const LadderFormat& format : ladder_formats()) {
    if (format.ending.empty()) continue;
    const auto write = [&format](const ExportRequest& request) {
      return export_ladders(request, format);
    };
    all.push_back({format.ending, format.about, format.options, write});
  }
  return all;
}

}  // namespace

const std::vector<Exporter>& exporters() {
  static const std::vector<Exporter> kAll = all_exporters();
  return kAll;
}

// The longest ending decides: ".sipp.xml" before ".xml".
const Exporter* exporter_of_file(std::string_view path) {
  const Exporter* found = nullptr;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored) && !path.ends_with('/'))
    return exporter_of_file(std::string(path) + '/');
  for (const Exporter& one : exporters()) {
    if (one.is_place() && path.starts_with(one.ending)) return &one;
    if (path.size() <= one.ending.size() || !path.ends_with(one.ending)) continue;
    if (found == nullptr || one.ending.size() > found->ending.size()) found = &one;
  }
  return found;
}

std::vector<CallId> calls_of(const ExportRequest& request) {
  if (request.calls != nullptr) return *request.calls;
  std::vector<CallId> calls;
  for (const CallId call : request.model.calls.ids()) calls.push_back(call);
  return calls;
}

std::unique_ptr<PacketSource> reopen(const ExportRequest& request, PacketLog& log,
                                     std::string* error) {
  if (request.tape != nullptr) {
    *error = request.tape->trouble();
    return request.tape->replay();
  }
  std::vector<std::string> errors;
  OpenOptions options{request.bpf};
  for (const SourceInfo& capture : request.model.captures)
    options.clocks[capture.name] = capture.clock_ahead_ns;
  auto source = open_captures(request.sources, options, log, &errors);
  if (!errors.empty()) *error = errors.front();
  if (source == nullptr && errors.empty()) *error = "the capture cannot be read again";
  return source;
}

ExportReport write_file(const std::string& path, const std::function<void(std::FILE*)>& write) {
  using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  const auto unwritable = [&] {
    return ExportReport{ExportReport::Outcome::unwritable,
                        {path + ": could not be written: " + std::strerror(errno)},
                        {}};
  };
  File file(std::fopen(path.c_str(), "we"), std::fclose);
  if (file == nullptr) return unwritable();
  write(file.get());
  const bool failed = std::ferror(file.get()) != 0;
  return std::fclose(file.release()) != 0 || failed ? unwritable() : ExportReport{};
}

}  // namespace sipladder
