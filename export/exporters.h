// What `export -o NAME.EXT` and the save dialog of the terminal UI can write. An exporter is one
// function and one row in exporters.def; every format of ladders that has an ending is one too.
//
// Threads: write() runs while nobody else changes the model. Errors: sentences in the report; what
// is written of an output that failed stays there.
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
  std::vector<std::string> sources{};  // files as the model was read from them,
  std::string bpf{};                   // through this filter
  const PacketTape* tape{};            // of sources that cannot be read again; null: they are files
  bool sip_only = false;               // no media
  bool comments = false;               // findings as comments of packets
  std::string side{};                  // "caller" or "callee" of a scenario; empty: caller
  bool sessions = false;               // with the other legs of each call
  LadderOptions ladder{};
  LadderTextOptions text{};
  RowStyle rows{};
  bool audio = false;  // of a report: with the talk of each call
  ClusterSinkOptions cluster{};
  std::string version{};       // of the program,
  std::string command_line{};  // and how it was called: a report tells where it comes from
};

struct ExportReport {
  enum class Outcome : uint8_t { done, unreadable, unwritable };
  Outcome outcome = Outcome::done;
  std::vector<std::string> complaints;  // for standard error
  std::vector<std::string> lines;       // about what was written
};

struct Exporter {
  std::string_view ending;  // with its dot; of a place that is no file, what it begins with: "x://"
  std::string_view about;   // what is in the file
  uint32_t options = 0;     // ExportOption
  std::function<ExportReport(const ExportRequest&)> write;
  bool is_place() const { return ending.ends_with("://"); }
};

// In the order of the help.
const std::vector<Exporter>& exporters();
const Exporter* exporter_of_file(std::string_view path);  // null: no ending of it is known

// The chosen calls, or all that the model holds.
std::vector<CallId> calls_of(const ExportRequest& request);

// The sources of the request once more, from the beginning, with the same numbers of packets. Null,
// or what could not be opened, with a sentence in *error.
std::unique_ptr<PacketSource> reopen(const ExportRequest& request, PacketLog& log,
                                     std::string* error);

// Runs `write` on the new file at `path`. Trouble of the file is in the report.
ExportReport write_file(const std::string& path, const std::function<void(std::FILE*)>& write);

}  // namespace sipladder
