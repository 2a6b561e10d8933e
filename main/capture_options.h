// `capture`: its options, and the service that they start.
#pragma once

#include <string>

#include "main/options.h"
#include "probe/service.h"

namespace CLI {
class App;
}

namespace sipladder {

void add_capture_options(CLI::App& app, CaptureWords* words);

// A sentence when a value is none.
std::string read_capture_options(const Options& options, ServiceOptions* service);

// Until the source ends or a signal comes; the exit status.
int run_capture(const Options& options);

}  // namespace sipladder
