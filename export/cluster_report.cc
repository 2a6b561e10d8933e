#include "export/cluster_report.h"

#include <fmt/format.h>
#include <unistd.h>

namespace sipladder {
namespace {

std::string rows_of(uint64_t count) {
  return count == 1 ? "one row" : fmt::format("{} rows", count);
}

void add(std::string* all, const std::string& part) {
  all->append(all->empty() ? "" : ", ").append(part);
}

}  // namespace

std::string stored_sentence(const ClusterSinkFigures& figures, const std::string& url) {
  std::string text = fmt::format("{} stored at {} in {} {}", rows_of(figures.rows), shown_url(url),
                                 figures.batches, figures.batches == 1 ? "batch" : "batches");
  if (figures.repeats > 0)
    text += fmt::format(", {} {} failed", figures.repeats,
                        figures.repeats == 1 ? "attempt" : "attempts");
  return text;
}

std::string lost_sentence(const ClusterSinkFigures& figures, const ClusterSinkOptions& options) {
  std::string what;
  const bool kept = !options.spool_folder.empty();
  if (figures.refused_rows > 0)
    add(&what, fmt::format("{} refused by the server", rows_of(figures.refused_rows)));
  if (figures.dropped_rows > 0)
    add(&what, fmt::format("{} dropped for want of room or hope", rows_of(figures.dropped_rows)));
  if (figures.waiting_rows > 0)
    add(&what, kept ? fmt::format("{} left in {}, which the next run with it sends",
                                  rows_of(figures.waiting_rows), options.spool_folder)
                    : fmt::format("{} not sent", rows_of(figures.waiting_rows)));
  if (what.empty()) return {};
  std::string text = fmt::format("{}: not all is stored: {}", shown_url(options.url), what);
  if (!figures.trouble.empty()) text += " (" + figures.trouble + ")";
  return text + "; what is sent again is stored once";
}

std::string probe_name(const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

}  // namespace sipladder
