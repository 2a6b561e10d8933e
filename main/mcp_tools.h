// The tools of `mcp` and their answers. Text from the network is put between marks that it cannot
// close.
//
// Threads: one. Bounds: kMostText bytes of an answer, so that it stays below 4 MiB however it is
// escaped; kMostMs milliseconds of a query.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "query/session.h"

namespace sipladder {

struct McpArguments {
  std::string file, query, where;
  uint64_t call = 0;
  uint64_t limit = 0;  // rows; 0: as many as fit
};

struct McpAnswer {
  std::string text;
  bool is_error = false;
};

struct McpTool {
  std::string_view name, about;
  bool takes_call, needs_call, takes_query, takes_where;
};
const std::vector<McpTool>& mcp_tools();

class McpCaptures {
 public:
  McpCaptures(std::filesystem::path root, uint64_t memory);
  McpAnswer answer(const McpTool& tool, const McpArguments& arguments);

 private:
  McpAnswer open(const std::string& file);  // an error, or an empty text
  McpAnswer rows(const std::string& sql, uint64_t limit);
  McpAnswer overview();
  McpAnswer call(uint64_t id);
  McpAnswer ladder(uint64_t id);
  bool has_call(uint64_t id) const;

  std::filesystem::path root_;
  uint64_t memory_;
  std::unique_ptr<Session> session_;  // of the file of the last request; null: none is open
  std::string path_;                  // with changed_ and size_: that file as it was read
  std::filesystem::file_time_type changed_;
  uintmax_t size_ = 0;
};

}  // namespace sipladder
