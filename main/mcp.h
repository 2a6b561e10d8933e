// The command `mcp`: six read-only tools for agents, as newline-delimited JSON-RPC 2.0 on standard
// input and output (Model Context Protocol). Only files below a root folder can be opened.
#pragma once

#include "main/options.h"

namespace sipladder {

// Serves until standard input ends. Returns the exit status.
int serve_mcp(const Options& options);

}  // namespace sipladder
