// A whole file of any kind, as a user opens it.
#include "tests/fuzz/examine.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

std::string session(std::string_view input) {
  return examine({std::string(input)});
}

}  // namespace sipladder::fuzz
