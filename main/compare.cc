// compare A B: two points of the same calls, or two periods of one place.
#include <cstdio>
#include <memory>

#include "export/compare_formats.h"
#include "export/period_formats.h"
#include "main/output.h"
#include "main/print.h"
#include "query/session.h"

namespace sipladder {
namespace {

// Reads one of both captures. False when nothing of it could be read.
bool read_point(const std::string& name, const Options& options, Session* session, int* status) {
  std::vector<std::string> errors;
  session->set_memory(options.memory / 2);
  auto source = open_captures({name}, {options.bpf}, session->log, &errors);
  const bool opened = source != nullptr;
  if (opened) {
    session->set_source(std::move(source));
    session->run();
  }
  for (const SourceInfo& info : session->model.captures) {
    if (!info.damage.empty()) errors.push_back(info.damage + "; everything before it was read");
  }
  for (const std::string& error : errors) complain(error);
  if (!errors.empty()) *status = kUnreadable;
  return opened;
}

int print(const std::string& text, int status) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return status;
}

// False when a figure could not be read.
bool measure(Session& session, PeriodFigures* figures) {
  Reader reader(session.model, session.log, session.analyst);
  const std::string error = period_figures(reader, figures);
  if (!error.empty()) complain(error);
  return error.empty();
}

// The last part of a path: the name of a file or a folder.
std::string short_name(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t begin = path.find_last_of('/', end);
  return path.substr(begin == std::string::npos ? 0 : begin + 1,
                     end == std::string::npos ? end : end - begin);
}

int print_periods(const Options& options, Session& a, Session& b, int status) {
  PeriodFigures of_a, of_b;
  if (!measure(a, &of_a) || !measure(b, &of_b)) return kUnreadable;
  const PeriodComparison comparison = compare_periods(of_a, of_b);
  const auto write = options.format == "json"   ? periods_json
                     : options.format == "html" ? periods_html
                                                : periods_text;
  return print(write(comparison, {short_name(options.sources[0]), of_a},
                     {short_name(options.sources[1]), of_b}, static_cast<size_t>(options.limit)),
               status);
}

}  // namespace

int print_compared(const Options& options) {
  Session a, b;
  int status = kDone;
  const bool read = read_point(options.sources[0], options, &a, &status) &&
                    read_point(options.sources[1], options, &b, &status);
  if (!read) return kUnreadable;
  if (options.periods) return print_periods(options, a, b, status);
  const ComparedPoint at_a{a.model, a.log, a.analyst}, at_b{b.model, b.log, b.analyst};
  const Comparison comparison = compare_points(at_a, at_b);
  if (comparison.calls.empty()) complain("no call of the one capture is in the other");
  std::string text;
  if (options.format == "json") {
    text = compare_json(comparison, at_a, at_b);
  } else {
    text = compare_text(comparison, at_a, at_b, options.sources[0], options.sources[1]);
    if (options.format == "html") text = compare_html(text, options.sources[0], options.sources[1]);
  }
  return print(text, status);
}

}  // namespace sipladder
