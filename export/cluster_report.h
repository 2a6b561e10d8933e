// What became of rows that went to a cluster, in words.
#pragma once

#include <string>

#include "export/cluster_sink.h"

namespace sipladder {

// "12,345 rows stored at clickhouse://host/db in 3 batches"
std::string stored_sentence(const ClusterSinkFigures& figures, const std::string& url);

// What is not stored, and why; empty when all is.
std::string lost_sentence(const ClusterSinkFigures& figures, const ClusterSinkOptions& options);

// The name that rows get: the one that is wanted, else that of this host.
std::string probe_name(const std::string& wanted);

}  // namespace sipladder
