// The ladders of several calls as one document.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "export/exporters.h"

namespace sipladder {

// Writes a ladder for each chosen call, or for each session with `request.sessions`, to `out`. The
// result is sentences about the output for whoever uses it, such as names that no host has.
std::vector<std::string> write_ladders(const ExportRequest& request, const LadderFormat& format,
                                       std::FILE* out);

}  // namespace sipladder
