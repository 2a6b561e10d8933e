// What `export -o NAME.EXT` and the save dialog of the terminal UI can write. An exporter is one
// function and one row in exporters.def. Every ladder format with a file ending is an exporter too.
//
// Threads: nobody else may change the model while Exporter::write() runs. Errors: as sentences in
// the report. An output that could not be written to its end stays as far as it was written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet_tape.h"
#include "export/cluster_sink.h"
#include "export/export_options.h"
#include "export/ladder_formats.h"
#include "query/format.h"

namespace sipladder {

struct ExportRequest {
  const Model& model;
  const PacketLog& log;
  Analyst& analyst;
  std::string path{};                  // of the file to write
  const std::vector<CallId>* calls{};  // chosen, ascending; null: all of them
  std::vector<std::string> sources{};  // the files that the model was read from,
  std::string bpf{};                   // and the libpcap filter that they were read through
  const PacketTape* tape{};            // packets of a pipe; null: `sources` can be read again
  bool sip_only = false;               // no media
  bool comments = false;               // findings as comments of packets
  std::string side{};                  // whose SIPp scenario: "caller" or "callee"; empty: caller
  bool sessions = false;               // with the other legs of each call
  LadderOptions ladder{};
  LadderTextOptions text{};
  RowStyle rows{};
  bool audio = false;  // the HTML report holds the talk of each call
  StreamId stream{};   // the WAV file is of this stream alone; none: of a call
  ClusterSinkOptions cluster{};
  std::string version{};       // of this program, for the report
  std::string command_line{};  // how this program was called, for the report
};

struct ExportReport {
  enum class Outcome : uint8_t { done, unreadable, unwritable };
  Outcome outcome = Outcome::done;
  std::vector<std::string> complaints;  // for standard error
  std::vector<std::string> lines;       // about what was written
};

struct Exporter {
  // With its dot; of a place that is no file, what it begins with: "x://"; of a folder "/".
  std::string_view ending;
  std::string_view about;  // what is in the file
  uint32_t options = 0;    // ExportOption
  std::function<ExportReport(const ExportRequest&)> write;
  bool is_place() const { return ending.ends_with("://"); }
};

// All exporters in the order of the help. They live as long as the program.
const std::vector<Exporter>& exporters();
// Null: no ending of it is known, and it is no folder.
const Exporter* exporter_of_file(std::string_view path);

// The chosen calls, or all that the model holds.
std::vector<CallId> calls_of(const ExportRequest& request);

// Opens the sources of the request again, from their beginning. Packets get the same frame numbers.
// `log` must outlive the result. *error: a sentence when a source could not be opened. The result
// is null when nothing can be read, else it reads the other sources.
std::unique_ptr<PacketSource> reopen(const ExportRequest& request, PacketLog& log,
                                     std::string* error);

// Creates the file at `path` and runs `write` on it. Errors of the file are in the report.
ExportReport write_file(const std::string& path, const std::function<void(std::FILE*)>& write);

}  // namespace sipladder
