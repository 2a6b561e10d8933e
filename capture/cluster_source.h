// The messages of calls that a cluster holds, as captures: a saved session (.db) for each probe, so
// that all that follows treats them as files of several points. Packets are built around the
// messages (raw_packet.h); media is not in a cluster.
//
// Bounds: kMostFetchedCalls calls, the newest; kMostFetchedMessages messages; kMostFetchedProbes.
// What is beyond them is told. Threads: one. Errors: sentences.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/cluster_client.h"

namespace sipladder {

inline constexpr uint64_t kMostFetchedCalls = 10'000;
inline constexpr uint64_t kMostFetchedMessages = 5'000'000;
inline constexpr size_t kMostFetchedProbes = 200;

struct ClusterFetched {
  std::vector<std::string> files;    // in the folder, a probe each, by their names
  std::vector<std::string> missing;  // what is not here, and why: sentences
  uint64_t messages = 0;
};

// `name`: of the cluster, as it may be shown. `condition`: SQL over calls, in the server's words;
// empty: all of them.
ClusterAnswer fetch_calls(ClusterClient& client, const std::string& name,
                          const std::string& condition, const std::string& folder,
                          ClusterFetched* fetched);

// The same query again without the servers that cannot be reached, when that is what is wrong, with
// a sentence about it in *missing.
ClusterAnswer select_what_is_there(ClusterClient& client, const std::string& sql,
                                   const ClusterClient::Result& result, std::string* missing);

}  // namespace sipladder
