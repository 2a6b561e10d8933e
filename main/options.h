// The command line (CLI11's only home), as the commands see it.
#pragma once

#include <string>
#include <vector>

namespace sipladder {

inline constexpr int kDone = 0;
inline constexpr int kUsage = 2;
inline constexpr int kUnreadable = 3;
inline constexpr int kUnwritable = 4;

struct Options {
  std::string command;  // empty: the terminal UI, or the call list
  std::vector<std::string> sources;
  std::vector<std::string> devices;
  std::string query;   // sql
  std::string output;  // export
  std::string where, call_id, match, bpf, from, to;
  std::string format = "table";
  std::string columns;
  long call = 0;
  bool calls_only = false;
  bool list = false;
  bool sdp = false, rtp = true, raw = false, transactions = false, session = false;
  bool frames = true, ascii = false;
  int width = 0;  // 0: that of the terminal
  std::vector<std::string> join_headers;
  uint64_t memory = uint64_t{1} << 30;
  bool utc = false;
  bool quiet = false;
  bool no_interface = false;
  bool invert = false;  // match
  bool ignored = false;
  std::string color = "auto";
};

// Fills *options; returns a negative number to go on, else the exit status (after --help, or a
// mistake told on stderr).
int parse_options(int argc, char** argv, Options* options);

}  // namespace sipladder
