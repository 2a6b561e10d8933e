// The figures of a stream over time as pictures of the report: loss and jitter, SVG.
#pragma once

#include <string>

#include "query/database.h"

namespace sipladder {

// A figure for each, or nothing when the stream has no more than one interval. `begin_ns`: of the
// call, that times of the report count from. `name`: of the stream, as its row says it.
std::string stream_plots_html(Reader& reader, StreamId id, const std::string& name,
                              int64_t begin_ns);

}  // namespace sipladder
