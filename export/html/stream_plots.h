// Loss, jitter and level of a stream over time, as SVG pictures in the HTML report.
#pragma once

#include <string>

#include "query/database.h"

namespace sipladder {

// Empty when the stream has fewer than two intervals. `begin_ns`: the begin of the call, from which
// the report counts its times. `name`: of the stream, as its table row says it.
std::string stream_plots_html(Reader& reader, StreamId id, const std::string& name,
                              int64_t begin_ns);

}  // namespace sipladder
