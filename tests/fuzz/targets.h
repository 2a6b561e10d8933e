// The fuzz targets. A target takes an input and returns a sentence about what is wrong; an empty
// text means that all is well. Errors of memory end the program (AddressSanitizer).
#pragma once

#include <string>
#include <string_view>

namespace sipladder::fuzz {

#define TARGET(name) std::string name(std::string_view input);
#include "tests/fuzz/targets.def"
#undef TARGET

}  // namespace sipladder::fuzz
