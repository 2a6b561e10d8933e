// `mcp`: six read-only tools for agents, as newline-delimited JSON-RPC 2.0 on standard input and
// output (Model Context Protocol). Files only below a root.
#pragma once

#include "main/options.h"

namespace sipladder {

// Until standard input ends.
int serve_mcp(const Options& options);

}  // namespace sipladder
