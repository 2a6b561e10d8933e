// Exports a saved session (.db) when the capture has been read already. Chosen calls are analysed
// again on their own, because they will be alone when the file is opened.
#include "export/call_packets.h"
#include "export/exporters.h"
#include "export/session_file.h"
#include "export/sessions.h"
#include "query/session.h"

namespace sipladder {
namespace {

using Outcome = ExportReport::Outcome;

bool is_cancelled(const ExportRequest& request) {
  return request.model.cancellation.requested();
}

// Passes on only the packets of the chosen calls.
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

// Shows all packets to the choice first, because a later packet can show that an earlier one
// belongs to a call.
void survey(const ExportRequest& request, CallPackets& choice) {
  if (!choice.needs_survey()) return;
  PacketLog log;
  std::string ignored;  // the second reading reports the same error
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
  std::string error = file.create(request.path, request.sources);
  if (!error.empty()) return {Outcome::unwritable, {error}, {}};
  std::vector<CallId> calls = calls_of(request);
  if (request.sessions) calls = with_other_legs(calls, request.analyst);
  const bool all = request.calls == nullptr;
  CallPackets choice(request.model, request.log, request.analyst, all ? nullptr : &calls, false);
  if (!all) survey(request, choice);
  PacketLog log;
  std::string unreadable;
  auto source = reopen(request, log, &unreadable);
  if (!unreadable.empty()) report = {Outcome::unreadable, {unreadable}, {}};
  if (source == nullptr) return report;
  error = all ? save_all(request, *source, &file) : save_chosen(choice, std::move(source), &file);
  if (error.empty()) {
    if (std::string missing = SessionFile::what_is_missing(request.model); !missing.empty())
      report.complaints.push_back(std::move(missing));
    return report;
  }
  report.outcome = Outcome::unwritable;
  report.complaints.push_back(error);
  return report;
}

}  // namespace sipladder
