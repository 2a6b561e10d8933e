// One capture: findings, verdicts, every table and the ladders of its calls.
#include "tests/fuzz/examine.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

std::string calls(std::string_view input) {
  return examine({std::string(input)});
}

}  // namespace sipladder::fuzz
