// export -o of what kKeepsPackets (.db): packets are kept as they are read, tables at the end.
#pragma once

#include <memory>

#include "export/session_file.h"
#include "main/options.h"
#include "query/session.h"

namespace sipladder {

class Recording {
 public:
  // An exit status, mistakes told; kDone also when nothing is to be recorded.
  int begin(const Options& options);
  std::unique_ptr<PacketSource> record(std::unique_ptr<PacketSource> source);
  bool is_wanted() const { return file_ != nullptr; }
  int finish(Session& session);

 private:
  std::unique_ptr<SessionFile> file_;
};

}  // namespace sipladder
