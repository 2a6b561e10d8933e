// The file that `export` writes after a live capture. Root is given up before the first packet, and
// the file is written after the last one: whether it can be written must be known before.
#pragma once

#include "main/options.h"

namespace sipladder {

// While root is still there: makes the file for the user that root becomes. Does nothing when the
// file is there already, and for everybody but root.
void make_output_for_next_user(const Options& options);

// After root was given up. A sentence when the file of a live export can not be written.
std::string unwritable_output(const Options& options);

}  // namespace sipladder
