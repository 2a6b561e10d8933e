// Mistakes in options that CLI11 cannot know.
#pragma once

#include <string>

#include "main/options.h"

namespace sipladder {

// A sentence about a mistake, with the values that are allowed. Empty: all is well.
std::string mistake_in(const Options& options);

}  // namespace sipladder
