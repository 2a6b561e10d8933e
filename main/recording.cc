#include "main/recording.h"

#include "export/exporters.h"
#include "main/output.h"
#include "main/selection.h"

namespace sipladder {

int Recording::begin(const Options& options) {
  // Which packets belong to chosen calls is known only when all has been read: those are exported
  // afterwards.
  const Exporter* const exporter = exporter_of_file(options.output);
  const bool wanted =
      options.command == "export" && exporter != nullptr && (exporter->options & kKeepsPackets);
  if (!wanted || !selection(options).empty()) return kDone;
  file_ = std::make_unique<SessionFile>();
  const std::string error = file_->create(options.output, options.sources);
  if (error.empty()) return kDone;
  complain(error);
  return kUnwritable;
}

std::unique_ptr<PacketSource> Recording::record(std::unique_ptr<PacketSource> source) {
  return file_ == nullptr ? std::move(source) : file_->record(std::move(source));
}

int Recording::finish(Session& session) {
  Reader reader(session.model, session.log, session.analyst);
  const std::string error = file_->finish(reader);
  if (!error.empty()) {
    complain(error);
    return kUnwritable;
  }
  if (const std::string missing = SessionFile::what_is_missing(session.model); !missing.empty())
    complain(missing);
  return kDone;
}

}  // namespace sipladder
