#include "main/interface.h"

#include <unistd.h>

#include <algorithm>
#include <memory>

#include "main/nearest.h"
#include "main/output.h"
#include "main/print.h"
#include "main/selection.h"
#include "main/text_file.h"
#include "tui/list_columns.h"
#include "tui/sngreprc.h"
#include "tui/tui.h"

namespace sipladder {
namespace {

// Reads the files of the terminal UI: sngrep's configuration, names of hosts, keys. A sentence when
// a file that the user named cannot be read.
std::string prepare_interface(const Options& options, const Prepared& prepared, TuiOptions* tui) {
  std::string text;
  if (!options.no_configuration) {
    std::vector<std::string> paths = usual_sngreprc();
    if (!options.configuration.empty()) paths = {options.configuration};
    for (const std::string& path : paths) {
      const std::string wrong = read_text_file(path, &text);
      if (!wrong.empty() && !options.configuration.empty()) return wrong;
      if (wrong.empty()) read_sngreprc(text, tui->ui.get());
    }
  }
  for (const HostAlias& alias : prepared.aliases) tui->ui->aliases.push_back(alias);
  tui->ui->sources = options.sources;
  tui->ui->bpf = options.bpf;
  if (!options.sources.empty() && !options.reads_once() && !options.is_fetched)
    tui->ui->save_notes = [path = notes_path(options.sources.front())](const std::string& notes) {
      return write_text_file(path, notes);
    };
  if (options.keys.empty()) return {};
  if (std::string wrong = read_text_file(options.keys, &text); !wrong.empty()) return wrong;
  KeyScript script = read_key_script(text);
  if (!script.error.empty()) return "--keys " + options.keys + ": " + script.error + " is no key";
  tui->keys = std::move(script.keys);
  return {};
}

// What the baseline accepts is no problem to jump to.
void accept_baseline(Session& session, const Baseline& baseline) {
  if (baseline.entries().empty()) return;
  const auto view = std::make_shared<MessageView>(session.log);
  session.analyst.accept([&session, &baseline, view](const Finding& finding) {
    const auto& captures = session.model.captures;
    // Times of a log without times are made up: by them nothing expires.
    const bool has_times = std::any_of(captures.begin(), captures.end(),
                                       [](const SourceInfo& info) { return info.has_times; });
    return baseline.accepts(finding, session.model, *view, has_times ? session.model.now_ns : 0);
  });
}

}  // namespace

bool wants_interface(const Options& options) {
  return options.command.empty() && !options.no_interface && isatty(STDOUT_FILENO) != 0;
}

std::string mistake_in_list_columns(const Options& options) {
  for (const std::string& name : split_names(options.columns)) {
    if (!list_columns_called({name}).empty()) continue;
    std::vector<std::string> names;
    for (const ListColumn& column : list_columns()) names.push_back(column.name);
    const std::string meant = nearest(name, names);
    return "--columns: no column of the list is called " + name +
           (meant.empty() ? " (or header:NAME)" : "; did you mean " + meant + "?");
  }
  return {};
}

bool opens_interface(const Options& options) {
  if (!wants_interface(options)) return false;
  const std::string why = unusable_terminal();
  if (!why.empty()) complain(why);
  return why.empty();
}

int run_interface(Session& session, const Options& options, const Prepared& prepared,
                  const std::vector<std::string>& errors) {
  for (const std::string& error : errors) complain(error);
  accept_baseline(session, prepared.check.baseline);
  TuiOptions tui;
  if (const std::string wrong = prepare_interface(options, prepared, &tui); !wrong.empty()) {
    complain(wrong);
    return kUsage;
  }
  tui.live = options.is_live();
  tui.utc = options.utc;
  tui.calls_only = options.calls_only;
  Options without = options;  // calls only is no part of the condition: a key switches it
  without.calls_only = false;
  tui.list = {selection(without),
              options.columns.empty() ? tui.ui->columns : split_names(options.columns)};
  tui.ui->tape = session.tape.is_open() ? &session.tape : nullptr;
  tui.ui->version = options.version;
  tui.ui->command_line = options.command_line;
  return run_tui(session, tui);
}

}  // namespace sipladder
