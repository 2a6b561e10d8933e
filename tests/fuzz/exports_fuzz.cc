// One capture whose talks are written as WAV too: the payload of every codec is decoded.
#include "tests/fuzz/examine.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

std::string exports(std::string_view input) {
  Look look;
  look.audio = true;
  return examine({std::string(input)}, look);
}

}  // namespace sipladder::fuzz
