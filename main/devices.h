// What `sipladder` without a source says: which devices there are, or who may capture.
#pragma once

namespace sipladder {

// On standard output. Returns the exit status.
int print_devices();

}  // namespace sipladder
