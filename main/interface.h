// The terminal UI as the command line asks for it.
#pragma once

#include <string>
#include <vector>

#include "main/commands.h"
#include "main/options.h"
#include "query/session.h"

namespace sipladder {

// Whether the terminal UI opens; says why when the terminal cannot show it.
bool opens_interface(const Options& options);

// Reads the source and shows it until the user leaves. `errors`: about the sources. An exit status.
int run_interface(Session& session, const Options& options, const Prepared& prepared,
                  const std::vector<std::string>& errors);

}  // namespace sipladder
