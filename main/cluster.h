// clickhouse://HOST/DATABASE as a SOURCE: tables and SQL are answered there; for all else the
// messages of the chosen calls are fetched, and stand for the source from then on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "main/fetched_folder.h"
#include "main/options.h"

namespace sipladder {

bool reads_cluster(const Options& options);

// A sentence when a cluster is named beside other sources, or its URL is none.
std::string mistake_in_cluster(const Options& options);

// What the server answers by itself: an exit status; nullopt for other commands.
std::optional<int> print_from_cluster(const Options& options);

// What was fetched, in a folder that goes with it.
class ClusterFiles {
 public:
  // The sources become files, and what chose calls has chosen; what is missing is in *errors. An
  // exit status, all told, when there is nothing to go on with.
  std::optional<int> fetch(Options* options, std::vector<std::string>* errors);

 private:
  FetchedFolder folder_;
};

}  // namespace sipladder
