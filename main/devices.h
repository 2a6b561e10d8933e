// What `sipladder` without a source prints: the devices, or how to be allowed to capture.
#pragma once

namespace sipladder {

// Prints on standard output. Returns the exit status.
int print_devices();

}  // namespace sipladder
