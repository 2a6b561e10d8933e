#include "correlate/audio/verdict.h"

namespace sipladder {

std::string_view code_of(AudioFault fault, Party from) {
  static constexpr std::string_view kCodes[] = {
      "",
#define AUDIO_FAULT(name, code) code,
#include "correlate/audio/audio_faults.def"
#undef AUDIO_FAULT
  };
  // The only code that names the party.
  if (fault == AudioFault::no_rtp && from == Party::callee) return "audio-no-rtp-from-callee";
  return kCodes[static_cast<size_t>(fault)];
}

}  // namespace sipladder
