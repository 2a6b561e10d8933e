// What is wrong with options that were read, and that the library which reads them cannot know.
#pragma once

#include <string>

#include "main/options.h"

namespace sipladder {

// A sentence that names the values that are allowed; empty when all is well.
std::string mistake_in(const Options& options);

}  // namespace sipladder
