// The talk of one call as a stereo WAV file: caller left, callee right, aligned in time, gaps as
// silence. Reads the captures a second time, because no RTP packet is kept.
#pragma once

#include <string>
#include <vector>

#include "export/exporters.h"

namespace sipladder {

struct WavReport {
  std::string error;       // empty: written
  std::string unreadable;  // what could not be read again of the captures; the rest is written
  double seconds = 0;
  std::vector<std::string> lines;  // a sentence for each stream: what was heard in it
};

// Of one of the calls of the request's model, into its path.
WavReport export_wav(const ExportRequest& request, CallId call);

}  // namespace sipladder
