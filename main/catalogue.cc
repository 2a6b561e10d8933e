// Prints what the program knows without a capture: its findings and its tables.
#include <algorithm>
#include <cstdio>

#include "correlate/analysis/analysis.h"
#include "export/cells.h"
#include "export/wrap.h"
#include "main/nearest.h"
#include "main/output.h"
#include "main/print.h"
#include "query/cluster_tables.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

using Row = std::vector<std::string>;

// Prints a table whose last column holds sentences, which are broken into lines.
void print_lines(const std::vector<std::string>& names, const std::vector<Row>& rows,
                 const RowStyle& style) {
  std::vector<size_t> widths;
  size_t indent = 0;
  for (size_t i = 0; i + 1 < names.size(); i++) {
    size_t width = names[i].size();
    for (const Row& row : rows) width = std::max(width, row[i].size());
    widths.push_back(width);
    indent += width + 2;
  }
  const int room = style.wide ? 0 : std::max(20, style.width - static_cast<int>(indent));
  BoundedOutput out(style, stdout);
  const auto print = [&](const Row& row) {
    std::string text;
    for (size_t i = 0; i < widths.size(); i++) {
      text += row[i];
      text.append(widths[i] + 2 - row[i].size(), ' ');
    }
    bool first = true;
    for (const std::u32string& words : wrap_words(safe_text(row.back()), room, false)) {
      if (!first) text.append("\n").append(indent, ' ');
      first = false;
      CellLine line;
      put_text(&line, 0, words);
      text += to_utf8(line);
    }
    return out.put(text + "\n");
  };
  bool fits = print(names);
  for (const Row& row : rows) fits = fits && print(row);
}

int print_rows(const std::vector<std::string>& names, std::vector<Row> rows,
               const Options& options) {
  const RowStyle style = row_style(options);
  rows.resize(static_cast<size_t>(std::min<uint64_t>(rows.size(), options.limit)));
  if (style.format == "table") {
    print_lines(names, rows, style);
    return kDone;
  }
  const auto writer = make_row_writer(style, stdout);
  std::vector<ResultColumn> columns;
  for (const std::string& name : names) columns.push_back({name});
  writer->begin(columns);
  for (const Row& row : rows) {
    std::vector<Value> values(row.size());
    for (size_t i = 0; i < row.size(); i++) values[i].set(row[i]);
    if (!writer->row(values)) break;
  }
  writer->end();
  return kDone;
}

}  // namespace

int print_catalogue(const Options& options) {
  std::vector<Row> rows;
  for (const Detector* detector : detectors()) {
    rows.push_back({std::string(detector->code), std::string(to_string(detector->severity)),
                    std::string(detector->sentence)});
  }
  return print_rows({"code", "severity", "sentence"}, std::move(rows), options);
}

namespace {

// "18.16.1": without what came in 19.14. A sentence when it is no version.
std::string read_version(const std::string& text, bool* old) {
  unsigned year = 0, month = 0;
  const int read = std::sscanf(text.c_str(), "%u.%u", &year, &month);
  if (!text.empty() && read < 1) return "--server " + text + ": write a version, such as 24.8";
  *old = read >= 1 && (year < 19 || (year == 19 && read == 2 && month < 14));
  return {};
}

int print_cluster_schema(const Options& options) {
  ClusterDdl wanted;
  wanted.cluster = options.cluster;
  std::string wrong = read_version(options.server, &wanted.old_server);
  if (!options.sources.empty()) wrong = "schema --clickhouse: makes all tables, without TABLE";
  if (!wrong.empty()) {
    complain(wrong);
    return kUsage;
  }
  std::fputs(cluster_ddl(wanted).c_str(), stdout);
  return kDone;
}

}  // namespace

int print_schema(const Options& options) {
  if (options.clickhouse) return print_cluster_schema(options);
  if (!options.cluster.empty() || !options.server.empty()) {
    complain("--cluster, --server: are about schema --clickhouse");
    return kUsage;
  }
  std::vector<std::string> known;
  for (const TableDescription* table : tables()) known.emplace_back(table->name);
  for (const std::string& name : options.sources) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string meant = nearest(name, known);
    complain(name + ": no table" + (meant.empty() ? "" : "; did you mean " + meant + "?"));
    return kUsage;
  }
  std::vector<Row> rows;
  for (const TableDescription* table : tables()) {
    const auto& asked = options.sources;
    if (!asked.empty() && std::find(asked.begin(), asked.end(), table->name) == asked.end())
      continue;
    for (const Column& column : table->columns) {
      rows.push_back({std::string(table->name), std::string(column.name),
                      column.type == "JSON" ? "TEXT (JSON)" : std::string(column.type),
                      std::string(column.doc)});
    }
  }
  return print_rows({"table", "column", "type", "meaning"}, std::move(rows), options);
}

}  // namespace sipladder
