// clickhouse://[USER[:PASSWORD]@]HOST[:PORT]/DATABASE[?secure]
//
// Threads: any. Errors: a sentence, which never has the password.
#pragma once

#include <string>
#include <string_view>

#include "capture/http_client.h"

namespace sipladder {

struct ClusterUrl {
  HttpServer server;
  std::string database;
};

bool is_cluster_url(std::string_view text);

// User and password may have %XX. Without a PASSWORD it is that of the environment,
// CLICKHOUSE_PASSWORD, which no list of processes shows.
std::string parse_cluster_url(std::string_view text, ClusterUrl* url);

// As it can be shown: without the password. Other texts as they are.
std::string shown_url(std::string_view text);

}  // namespace sipladder
