// Every table as rows of a ClickHouse cluster.
#include <algorithm>

#include "export/cluster_report.h"
#include "export/exporters.h"

namespace sipladder {

ExportReport export_cluster(const ExportRequest& request) {
  using Outcome = ExportReport::Outcome;
  ClusterSinkOptions options = request.cluster;
  options.url = request.path;
  ClusterSink sink(options);
  if (std::string wrong = sink.begin(); !wrong.empty())
    return {Outcome::unwritable, {std::move(wrong)}, {}};
  Reader reader(request.model, request.log, request.analyst);
  reader.choose(request.calls);
  ClusterRows rows(reader, probe_name(options.probe),
                   [&](const RowBatch& batch) { return sink.put(batch); });
  bool whole = true;
  for (const ClusterTable& table : cluster_tables()) {
    const auto& wanted = options.tables;
    const bool is_wanted = wanted.empty() || std::find(wanted.begin(), wanted.end(),
                                                       table.table->name) != wanted.end();
    whole = whole && (!is_wanted || rows.write(table));
  }
  const ClusterSinkFigures figures = sink.finish();
  ExportReport report;
  report.lines.push_back(stored_sentence(figures, options.url));
  if (std::string lost = lost_sentence(figures, options); !lost.empty()) {
    report.outcome = Outcome::unwritable;
    report.complaints.push_back(std::move(lost));
  } else if (!whole) {
    report.outcome = Outcome::unwritable;
    report.complaints.push_back(shown_url(options.url) + ": ended before all rows were made");
  }
  return report;
}

}  // namespace sipladder
