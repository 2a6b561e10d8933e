// compare A B.
#include <cstdio>
#include <memory>

#include "export/compare_formats.h"
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

}  // namespace

int print_compared(const Options& options) {
  Session a, b;
  int status = kDone;
  const bool read = read_point(options.sources[0], options, &a, &status) &&
                    read_point(options.sources[1], options, &b, &status);
  if (!read) return kUnreadable;
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
  std::fwrite(text.data(), 1, text.size(), stdout);
  return status;
}

}  // namespace sipladder
