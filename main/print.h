// What the commands print. Each returns an exit status, mistakes told on stderr.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "export/exporters.h"
#include "main/options.h"
#include "query/format.h"
#include "query/session.h"

namespace sipladder {

RowStyle row_style(const Options& options);

// The calls that the options choose, in capture order; null when they choose all. A sentence when
// no call matches.
class ChosenCalls {
 public:
  ChosenCalls(Session& session, const Options& options);
  const std::vector<CallId>* get() const { return all_ ? nullptr : &calls_; }
  std::vector<CallId> list(const Model& model) const;
  bool none() const { return !all_ && calls_.empty(); }

 private:
  bool all_ = true;
  std::vector<CallId> calls_;
};

int print_query(Session& session, const Options& options, const std::string& sql);
int print_findings(Session& session, const Options& options);
int print_nat(Session& session, const Options& options);

// Findings that a condition over `findings` and --limit choose, in the order of the table. A
// sentence in *error when the condition is none.
std::vector<const Finding*> chosen_findings(Session& session, Reader& reader,
                                            const std::string& where, std::string* error);
// As blocks of text.
void write_findings(Session& session, const Options& options,
                    const std::vector<const Finding*>& findings, BoundedOutput* out);
// Of the file that --alias names, read before the capture: it can be a pipe.
int read_host_aliases(const Options& options, std::vector<HostAlias>* aliases);
// What an exporter needs; its path is left empty.
ExportRequest export_request(Session& session, const Options& options,
                             const std::vector<HostAlias>& aliases, const ChosenCalls& chosen);
int print_ladders(Session& session, const Options& options, const std::vector<HostAlias>& aliases);
int export_calls(Session& session, const Options& options, const std::vector<HostAlias>& aliases);
int sql_prompt(Session& session, const Options& options);
int print_catalogue(const Options& options);
int print_schema(const Options& options);
int print_explanation(const Options& options);
int print_redacted(const Options& options);

// Reads the source to its end and prints the rows of messages or transactions as they come.
int follow_rows(Session& session, const Options& options);

}  // namespace sipladder
