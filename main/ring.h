// A folder as a source: of a ring of captures, the files that the options need.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "main/options.h"

namespace sipladder {

// The sources, each folder replaced by those of its captures in which the chosen calls can be
// (--call-id, --user, --address, --from, --to); as they are when all calls are asked for. *growing
// gets the files that may still be written.
std::vector<std::string> needed_files(const Options& options, std::set<std::string>* growing);

}  // namespace sipladder
