// The ladders of several calls as one document.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "export/exporters.h"

namespace sipladder {

// One ladder for each chosen call, or for each session of them, to `out`. What whoever uses the
// output should know comes back as sentences.
std::vector<std::string> write_ladders(const ExportRequest& request, const LadderFormat& format,
                                       std::FILE* out);

}  // namespace sipladder
