// What is tried with inputs that nobody thought of. A target says in a sentence what is wrong,
// and nothing when all is well; what breaks memory ends the program.
#pragma once

#include <string>
#include <string_view>

namespace sipladder::fuzz {

#define TARGET(name) std::string name(std::string_view input);
#include "tests/fuzz/targets.def"
#undef TARGET

}  // namespace sipladder::fuzz
