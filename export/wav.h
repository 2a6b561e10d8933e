// The talk of one call as a stereo WAV file: the caller left, the callee right, aligned in time,
// gaps as silence; or one stream alone. The captures are read a second time, because the model
// keeps no RTP packets.
#pragma once

#include <string>
#include <vector>

#include "export/exporters.h"

namespace sipladder {

struct WavReport {
  std::string error;       // why there is no file; empty: it was written
  std::string unreadable;  // a sentence when a capture could not be read to its end again
  double seconds = 0;
  std::vector<std::string> lines;  // a sentence for each stream about what was heard in it
};

// Writes the talk of `call`, a call of the request's model, to the request's path.
WavReport export_wav(const ExportRequest& request, CallId call);
// Writes what is heard in one stream of the request's model, as a file of one channel.
WavReport export_stream_wav(const ExportRequest& request, StreamId stream);

}  // namespace sipladder
