// What the commands print. Functions that return an int return the exit status, and tell mistakes
// on stderr.
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

// The calls that the options choose, in capture order. When none matches, the constructor says so
// on stderr.
class ChosenCalls {
 public:
  ChosenCalls(Session& session, const Options& options);
  // Null: all calls are chosen. Valid as long as this object.
  const std::vector<CallId>* get() const { return all_ ? nullptr : &calls_; }
  std::vector<CallId> list(const Model& model) const;
  bool none() const { return !all_ && calls_.empty(); }

 private:
  bool all_ = true;
  std::vector<CallId> calls_;
};

int print_query(Session& session, const Options& options, const std::string& sql);
int print_table(Session& session, const Options& options);  // of a table command
int print_findings(Session& session, const Options& options);
int print_nat(Session& session, const Options& options);

// The findings that a condition over the table `findings` chooses (empty: all), in the order of the
// table. *error: a sentence when the condition is wrong. The pointers are the analyst's.
std::vector<const Finding*> chosen_findings(Session& session, Reader& reader,
                                            const std::string& where, std::string* error);
// Writes the findings as blocks of text.
void write_findings(Session& session, const Options& options,
                    const std::vector<const Finding*>& findings, BoundedOutput* out);
// Reads the file that --alias names. It must be read before the capture, because it can be a pipe.
int read_host_aliases(const Options& options, std::vector<HostAlias>* aliases);
// The request for an exporter, with an empty path. `chosen` must outlive it.
ExportRequest export_request(Session& session, const Options& options,
                             const std::vector<HostAlias>& aliases, const ChosenCalls& chosen);
int print_ladders(Session& session, const Options& options, const std::vector<HostAlias>& aliases);
int export_calls(Session& session, const Options& options, const std::vector<HostAlias>& aliases);
int sql_prompt(Session& session, const Options& options);
int print_catalogue(const Options& options);
int print_schema(const Options& options);
int print_explanation(const Options& options);
int print_redacted(const Options& options);
int print_compared(const Options& options);

// Reads the source to its end and prints the rows of messages or transactions as they come.
int follow_rows(Session& session, const Options& options);

}  // namespace sipladder
