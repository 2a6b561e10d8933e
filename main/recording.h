// Export into a format of kKeepsPackets (.db), which keeps packets while they are read, and writes
// the tables at the end.
#pragma once

#include <memory>

#include "export/session_file.h"
#include "main/options.h"
#include "query/session.h"

namespace sipladder {

class Recording {
 public:
  // An exit status; mistakes are told on stderr. kDone also when nothing is to be recorded.
  int begin(const Options& options);
  // A source that also records. Unchanged when nothing is to be recorded. This object must outlive
  // the result.
  std::unique_ptr<PacketSource> record(std::unique_ptr<PacketSource> source);
  bool is_wanted() const { return file_ != nullptr; }
  // After the last packet, only when is_wanted(). An exit status.
  int finish(Session& session);

 private:
  std::unique_ptr<SessionFile> file_;
};

}  // namespace sipladder
