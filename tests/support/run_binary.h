// The program as its users run it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace sipladder {

struct RunResult {
  int status = -1;
  std::string out;
  std::string err;
};
RunResult run_binary(const std::vector<std::string>& arguments, const std::string& input = {});

// Starts the program with `out` and `err` as standard output and error; the caller has to wait for
// it. `in_child` is called in the child before the program starts.
pid_t start_binary(const std::vector<std::string>& arguments, int out, int err,
                   void (*in_child)() = nullptr);

// Fields of one CSV line, quotes removed.
std::vector<std::string> csv_fields(const std::string& line);
std::vector<std::string> lines_of(const std::string& text);

std::string root_path(const std::string& relative);
bool exists(const std::string& path);

}  // namespace sipladder
