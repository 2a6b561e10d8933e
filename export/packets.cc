#include "export/packets.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "export/call_packets.h"
#include "export/finding_comments.h"

namespace sipladder {
namespace {

using Reopen = std::function<std::unique_ptr<PacketSource>(PacketLog&, std::string*)>;

// Shows every packet to `visit` until it returns false. What is wrong with the sources goes to
// *unreadable.
template <typename Visit>
bool read_again(const Reopen& reopen, const Model& model, std::string* unreadable, Visit visit) {
  PacketLog log;
  std::string error;
  const auto source = reopen(log, &error);
  if (!error.empty()) *unreadable = error;
  if (source == nullptr) return false;
  Packet packet;
  for (ReadResult read{}; (read = source->next(&packet)) != ReadResult::end;) {
    if (read == ReadResult::idle) continue;
    if (model.cancellation.requested() || !visit(packet)) break;
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

// A clock that is corrected by a part of a microsecond needs them too.
bool needs_nanoseconds(const Model& model) {
  return std::any_of(model.captures.begin(), model.captures.end(), [](const SourceInfo& info) {
    return info.fine_times || info.clock_ahead_ns % 1000 != 0;
  });
}

}  // namespace

bool is_a_source(const std::string& path, const std::vector<std::string>& sources) {
  struct stat out {};
  if (stat(path.c_str(), &out) != 0 || !S_ISREG(out.st_mode)) return false;
  return std::any_of(sources.begin(), sources.end(), [&](const std::string& name) {
    struct stat in {};
    return stat(name.c_str(), &in) == 0 && in.st_dev == out.st_dev && in.st_ino == out.st_ino;
  });
}

PacketReport export_packets(const Model& model, const PacketLog& log, Analyst& analyst,
                            const PacketExport& wanted) {
  PacketReport report;
  CallPackets choice(model, log, analyst, wanted.calls, wanted.sip_only);
  FindingComments comments;
  if (wanted.comments) comments = finding_comments(model, analyst, wanted.calls);
  if (choice.needs_survey()) {
    const bool read = read_again(wanted.reopen, model, &report.unreadable, [&](const Packet& one) {
      choice.survey(one);
      return true;
    });
    if (!read) return report;
    choice.end_survey();
  }
  CaptureWriter writer(wanted.format, needs_nanoseconds(model));
  report.error = writer.open(wanted.path);
  if (!report.error.empty()) return report;
  const bool read = read_again(wanted.reopen, model, &report.unreadable, [&](const Packet& one) {
    if (!choice.wants(one)) return true;
    return writer.add(one, interface_name(model, one), comments.of(one));
  });
  report.error = writer.close();
  report.packets = writer.packets();
  if (!report.error.empty() || !read) unlink(wanted.path.c_str());
  return report;
}

}  // namespace sipladder
