// The packets of calls as a capture file of their own (which packets: call_packets.h).
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "capture/capture_writer.h"
#include "export/call_packets.h"
#include "export/exporters.h"
#include "export/finding_comments.h"
#include "export/sessions.h"
#include "query/format.h"

namespace sipladder {
namespace {

using Outcome = ExportReport::Outcome;

// Shows every packet of the sources to `visit` until it returns false. *unreadable: a sentence when
// a source could not be read, or not to its end.
template <typename Visit>
bool read_again(const ExportRequest& request, std::string* unreadable, Visit visit) {
  PacketLog log;
  const auto source = reopen(request, log, unreadable);
  if (source == nullptr) return false;
  Packet packet;
  for (ReadResult read{}; (read = source->next(&packet)) != ReadResult::end;) {
    if (read == ReadResult::idle) continue;
    if (request.model.cancellation.requested() || !visit(packet)) break;
  }
  for (const SourceInfo* info : source->infos()) {
    if (!info->damage.empty()) *unreadable = info->damage;
  }
  return true;
}

std::string_view interface_name(const Model& model, const Packet& packet) {
  if (packet.source >= model.captures.size()) return {};
  const SourceInfo& info = model.captures[packet.source];
  return packet.interface < info.interfaces.size() ? info.interfaces[packet.interface]
                                                   : std::string_view();
}

// Whether microseconds would lose a part of a time: of a source with finer times, or of one whose
// clock is corrected by a part of a microsecond.
bool needs_nanoseconds(const Model& model) {
  return std::any_of(model.captures.begin(), model.captures.end(), [](const SourceInfo& info) {
    return info.fine_times || info.clock_ahead_ns % 1000 != 0;
  });
}

// Whether the output file is one of the sources, which writing would destroy.
bool is_a_source(const ExportRequest& request) {
  struct stat out {};
  if (stat(request.path.c_str(), &out) != 0 || !S_ISREG(out.st_mode)) return false;
  const auto is_same = [&](const std::string& name) {
    struct stat in {};
    return stat(name.c_str(), &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino;
  };
  const auto is_read = [&](const SourceInfo& info) { return is_same(info.name); };
  return std::any_of(request.sources.begin(), request.sources.end(), is_same) ||
         std::any_of(request.model.captures.begin(), request.model.captures.end(), is_read);
}

ExportReport report_of(const ExportRequest& request, const CaptureWriter& writer,
                       const std::string& error, const std::string& unreadable) {
  ExportReport report;
  if (!unreadable.empty()) {
    report.outcome = Outcome::unreadable;
    report.complaints.push_back(unreadable);
  }
  if (!error.empty()) {
    report.outcome = Outcome::unwritable;
    report.complaints.push_back(request.path + ": not written: " + error);
    return report;
  }
  report.lines.push_back(request.path + ": " + counted(writer.packets(), "packet"));
  return report;
}

ExportReport write_packets(const ExportRequest& request, CallPackets& choice,
                           CaptureFormat format) {
  FindingComments comments;
  if (request.comments) comments = finding_comments(request.model, request.analyst, request.calls);
  std::string unreadable;
  CaptureWriter writer(format, needs_nanoseconds(request.model));
  std::string error = writer.open(request.path);
  if (!error.empty()) return report_of(request, writer, error, {});
  const bool read = read_again(request, &unreadable, [&](const Packet& packet) {
    if (!choice.wants(packet)) return true;
    return writer.add(packet, interface_name(request.model, packet), comments.of(packet));
  });
  const bool refused = writer.has_failed();
  error = writer.close();
  if (!read) error = "the capture could not be read again";
  struct stat status {};
  const bool file = stat(request.path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (file && (refused || !read)) unlink(request.path.c_str());
  return report_of(request, writer, error, unreadable);
}

ExportReport export_packets(const ExportRequest& asked, CaptureFormat format) {
  ExportRequest request = asked;
  if (is_a_source(request)) {
    return {Outcome::unwritable,
            {request.path + ": not written: it is the capture that is read; choose another name"},
            {}};
  }
  std::vector<CallId> with_legs;
  if (request.calls != nullptr && request.sessions) {
    with_legs = with_other_legs(*request.calls, request.analyst);
    request.calls = &with_legs;
  }
  CallPackets choice(request.model, request.log, request.analyst, request.calls, request.sip_only);
  if (choice.needs_survey()) {
    std::string unreadable;
    read_again(request, &unreadable, [&](const Packet& packet) {
      choice.survey(packet);
      return true;
    });
    choice.end_survey();
  }
  return write_packets(request, choice, format);
}

}  // namespace

ExportReport export_pcap(const ExportRequest& request) {
  return export_packets(request, CaptureFormat::pcap);
}
ExportReport export_pcapng(const ExportRequest& request) {
  return export_packets(request, CaptureFormat::pcapng);
}

}  // namespace sipladder
