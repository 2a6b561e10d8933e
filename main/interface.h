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
// The same without a look at the kind of terminal, which opens_interface() complains about.
bool wants_interface(const Options& options);
// A sentence when --columns names something that the call list has no column for.
std::string mistake_in_list_columns(const Options& options);

// Reads the source and shows it until the user leaves. `errors`: about the sources. An exit status.
int run_interface(Session& session, const Options& options, const Prepared& prepared,
                  const std::vector<std::string>& errors);

}  // namespace sipladder
