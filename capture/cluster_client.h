// What is asked of a ClickHouse server over HTTP: rows that go in, and rows that come out.
//
// Threads: one at a time. Errors: in the answer, in words and without the password.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/cluster_url.h"
#include "capture/http_client.h"

namespace sipladder {

struct ClusterAnswer {
  enum class Kind : uint8_t {
    done,
    away,     // no answer, or one that a later attempt can change
    unknown,  // no such user, database or table: somebody has to set the server up
    refused   // these rows, or this query
  };
  Kind kind = Kind::done;
  int code = 0;          // of the server; 0: none
  std::string sentence;  // empty when done
};

// What a failed request came to. `status` 0: no answer came.
ClusterAnswer cluster_answer(const HttpReply& reply);

class ClusterClient {
 public:
  using Cell = std::optional<std::string>;  // nullopt: NULL
  struct ResultColumn {
    std::string name, type;
  };
  struct Result {
    std::function<void(const std::vector<ResultColumn>&)> begin;
    std::function<bool(const std::vector<Cell>&)> row;  // false: no more rows
    size_t columns = 0;                                 // that the table has; 0: any
    bool may_be_nothing = false;                        // a statement may have no table as answer
  };

  // `silence_s`: how long a server that takes rows may keep silent.
  explicit ClusterClient(ClusterUrl url, const std::atomic<bool>* stop = nullptr,
                         int64_t silence_s = 60);

  // Rows as gzipped JSONEachRow. They are stored when this says so, on the servers that they belong
  // to. `token`: of the same rows sent again.
  ClusterAnswer insert(std::string_view table, std::string_view packed, const std::string& token);

  // One query that reads, whose answer has to be a table, unless it may be nothing. With
  // `without_missing`, servers of the cluster that are away are left out.
  ClusterAnswer select(const std::string& sql, const Result& result, bool without_missing = false);

 private:
  ClusterAnswer ask_version();
  ClusterAnswer ask(const std::string& sql, const Result& result, bool without_missing,
                    int64_t silence_s);

  ClusterUrl url_;
  HttpClient http_;
  int64_t silence_s_;
  std::optional<int> year_;  // of the server's version, such as 18 or 24
};

// A string of ClickHouse's SQL.
std::string cluster_string(std::string_view text);

}  // namespace sipladder
