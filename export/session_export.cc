// Packets and tables as a session to open again, when all has been read already: of all calls, or
// of chosen ones, which are then analysed alone, as they will be when the file is opened.
#include "export/call_packets.h"
#include "export/exporters.h"
#include "export/session_file.h"
#include "query/session.h"

namespace sipladder {
namespace {

using Outcome = ExportReport::Outcome;

// As the model was read; standard input and devices cannot be read again.
std::unique_ptr<PacketSource> reopen(const ExportRequest& request, PacketLog& log,
                                     ExportReport* report) {
  OpenOptions options{request.bpf};
  for (const SourceInfo& capture : request.model.captures)
    options.clocks[capture.name] = capture.clock_ahead_ns;
  std::vector<std::string> errors;
  auto source = open_captures(request.sources, options, log, &errors);
  if (source == nullptr && errors.empty()) errors.emplace_back("the packets cannot be read again");
  if (!errors.empty()) *report = {Outcome::unreadable, errors, {}};
  return source;
}

bool is_cancelled(const ExportRequest& request) {
  return request.model.cancellation.requested();
}

// Passes on the packets of the chosen calls.
class ChosenPackets : public PacketSource {
 public:
  ChosenPackets(std::unique_ptr<PacketSource> source, CallPackets& choice)
      : source_(std::move(source)), choice_(choice) {}
  ReadResult next(Packet* packet) override {
    while (true) {
      const ReadResult result = source_->next(packet);
      if (result != ReadResult::packet || choice_.wants(*packet)) return result;
    }
  }
  std::vector<int> waits_for() const override { return source_->waits_for(); }
  std::vector<const SourceInfo*> infos() const override { return source_->infos(); }

 private:
  std::unique_ptr<PacketSource> source_;
  CallPackets& choice_;
};

// A packet can belong to a call by one that comes later.
void survey(const ExportRequest& request, CallPackets& choice) {
  if (!choice.needs_survey()) return;
  PacketLog log;
  ExportReport ignored;  // the next one who reads tells it
  const auto source = reopen(request, log, &ignored);
  Packet packet;
  for (ReadResult read{}; source != nullptr && (read = source->next(&packet)) != ReadResult::end;) {
    if (is_cancelled(request)) break;
    if (read == ReadResult::packet) choice.survey(packet);
  }
  choice.end_survey();
}

std::string save_all(const ExportRequest& request, PacketSource& source, SessionFile* file) {
  Packet packet;
  for (ReadResult read{}; (read = source.next(&packet)) != ReadResult::end;) {
    if (read == ReadResult::packet) file->keep(packet);
    if (is_cancelled(request)) break;
  }
  Reader reader(request.model, request.log, request.analyst);
  return file->finish(reader);
}

std::string save_chosen(CallPackets& choice, std::unique_ptr<PacketSource> source,
                        SessionFile* file) {
  Session alone;
  alone.set_source(file->record(std::make_unique<ChosenPackets>(std::move(source), choice)));
  alone.run();
  Reader reader(alone.model, alone.log, alone.analyst);
  return file->finish(reader);
}

}  // namespace

ExportReport export_session(const ExportRequest& request) {
  ExportReport report;
  SessionFile file;
  if (const std::string error = file.create(request.path, request.sources); !error.empty())
    return {Outcome::unwritable, {error}, {}};
  CallPackets choice(request.model, request.log, request.analyst, request.calls, false);
  if (request.calls != nullptr) survey(request, choice);
  PacketLog log;
  auto source = reopen(request, log, &report);
  if (source == nullptr) return report;
  const std::string error = request.calls == nullptr
                                ? save_all(request, *source, &file)
                                : save_chosen(choice, std::move(source), &file);
  if (error.empty()) return report;
  report.outcome = Outcome::unwritable;
  report.complaints.push_back(error);
  return report;
}

}  // namespace sipladder
