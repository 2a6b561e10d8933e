// The talk of one call as a stereo WAV file: caller left, callee right, aligned in time, gaps as
// silence. Reads the captures a second time, because no RTP packet is kept.
#pragma once

#include <string>
#include <vector>

#include "correlate/analysis/analysis.h"
#include "correlate/model/model.h"

namespace sipladder {

struct WavReport {
  std::string error;       // empty: written
  std::string unreadable;  // what could not be read again of the captures; the rest is written
  double seconds = 0;
  std::vector<std::string> lines;  // a sentence for each stream: what was heard in it
};

// `sources` and `bpf` as the model was read from; standard input and devices cannot be read again.
WavReport export_wav(const Model& model, Analyst& analyst, CallId call,
                     const std::vector<std::string>& sources, const std::string& bpf,
                     const std::string& path);

}  // namespace sipladder
