// Options of `export` that only some of its formats take: a bit each, in the rows of exporters.def
// and ladder_formats.def.
#pragma once

#include <cstdint>

namespace sipladder {

enum ExportOption : uint32_t {
  kTakesLadderOptions = 1,  // what a ladder shows
  kTakesLineOptions = 2,    // --width and --ascii, about lines of text
  kTakesSessions = 4,       // --session alone
  kTakesPacketOptions = 8,  // --sip-only
  kTakesComments = 16,      // --comments
  kTakesSide = 32,          // --side
  kTakesAudioOption = 64,   // --audio
  kReadsAgain = 128,        // the sources: a pipe's packets are kept for it
  kKeepsPackets = 256,      // all of them, as they are read: main/recording.h
  kTakesCluster = 512,      // --probe, --tables, --sink-...
};

}  // namespace sipladder
