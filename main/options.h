// The command line as the commands see it. The exit statuses are also here.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "capture/byte_reader.h"
#include "export/cluster_sink.h"

namespace sipladder {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  // `check` found something
inline constexpr int kUsage = 2;
inline constexpr int kUnreadable = 3;
inline constexpr int kUnwritable = 4;

// Options of `capture` as texts; read_capture_options() reads them.
struct CaptureWords {
  std::string out, media, media_ports, rotate_size, rotate_time, keep, flush;
  std::string hep, hep_id, hep_ca, metrics, sink, sink_every, probe;
  std::vector<std::string> sip_ports;
  bool hep_rtcp = false;
};

struct Options {
  std::string command;  // empty: the terminal UI, or the call list
  std::vector<std::string> sources;
  std::vector<std::string> devices;
  std::string query;   // of `sql`; the word of `explain`
  std::string output;  // export
  bool sip_only = false, comments = false, wireshark_filter = false;  // export
  std::string side;                                                   // export
  std::string key_file, map_file, media = "zero";                     // redact
  bool keep_prefix = false;
  CaptureWords capture;
  std::string hep_key;
  std::vector<std::string> key_logs, rsa_keys;  // files with keys of TLS
  // A condition over calls, or over the rows of the command's table (where_is_about_calls()).
  std::string where;
  std::string calls_where, call_id, user, address, match, bpf, from, to;
  std::string format;  // empty: the command's usual format
  std::string columns;
  std::string endpoint;  // nat: an address, with or without a port
  uint64_t call = 0, stream = 0;
  bool calls_only = false;
  bool list = false;
  bool sdp = false, rtp = true, raw = false, transactions = false, session = false;
  bool frames = true, ascii = false, compact = false, scale_time = false;
  std::string columns_by;  // ip, endpoint or name
  std::vector<std::string> order, hide;
  std::string alias;                              // a file
  std::string fail_on, baseline, write_baseline;  // check
  std::vector<std::string> asserts, rules;
  std::vector<std::string> join_headers;
  uint64_t memory = uint64_t{1} << 30;
  uint64_t limit = std::numeric_limits<uint64_t>::max();      // rows
  uint64_t max_bytes = std::numeric_limits<uint64_t>::max();  // of the output
  int width = 0;                                              // 0: that of the terminal
  bool wide = false;
  bool raw_csv = false;
  bool periods = false;  // compare: two times of one place
  bool follow = false;
  uint64_t spool = 0;  // bytes; 0: half of the free space
  UnpackLimit unpack;
  bool utc = false;
  bool quiet = false;
  bool no_interface = false;
  bool is_fetched = false;      // the sources are files that go with the program (main/cluster.h)
  bool clickhouse = false;      // schema
  std::string cluster, server;  // its name, and the version of ClickHouse
  ClusterSinkOptions sink;      // export; its url is `output`
  bool audio = false;           // the HTML report holds the talk
  std::string root = ".";       // mcp
  std::string version, command_line;
  std::string configuration;      // of the terminal UI, a file; empty: the usual ones
  bool no_configuration = false;  // none at all
  std::string keys;               // a file with keys that the terminal UI gets
  bool invert = false;            // match
  std::string color = "auto";

  bool reads_once() const;  // a source cannot be read a second time: a pipe or a device
  bool is_live() const;     // packets come until somebody ends the program
};

// Fills *options. Returns a negative number when the program should go on, else the exit status
// (after --help, or after a mistake, which is told on stderr).
int parse_options(int argc, char** argv, Options* options);

}  // namespace sipladder
