// Options of `export` that only some formats take. Each is a bit; the rows of exporters.def and
// ladder_formats.def name those that a format takes.
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
  kReadsAgain = 128,        // reads the sources again: packets of a pipe are kept for it
  kKeepsPackets = 256,      // keeps all packets while they are read (main/recording.h)
  kTakesStream = 1024,      // --stream
  kTakesCluster = 512,      // --probe, --tables, --sink-...
};

}  // namespace sipladder
