// The command `capture`: its options, and the service that they start (probe/).
#pragma once

#include <string>

#include "main/options.h"
#include "probe/service.h"

namespace CLI {
class App;
}

namespace sipladder {

void add_capture_options(CLI::App& app, CaptureWords* words);

// Fills *service. A sentence when a value is wrong.
std::string read_capture_options(const Options& options, ServiceOptions* service);

// Runs until the source ends or a signal comes. Returns the exit status.
int run_capture(const Options& options);

}  // namespace sipladder
