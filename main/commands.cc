#include "main/commands.h"

#include <algorithm>

#include "export/exporters.h"
#include "main/capture_options.h"
#include "main/mcp.h"
#include "main/print.h"
#include "main/selection.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

constexpr uint32_t kOfCalls = kSourceOptions | kSelectOptions;
constexpr uint32_t kTable = kOfCalls | kRowOptions;

// ".csv (rows of calls), .txt (ladders)"
std::string export_help() {
  std::string all = "-o OUT, by its ending: ";
  for (const Exporter& one : exporters()) {
    if (&one != &exporters().front()) all += "; ";
    all.append(one.ending).append(" (").append(one.about).append(")");
  }
  return all;
}

int show_ladders(Session& session, const Options& options, const Prepared& prepared) {
  return print_ladders(session, options, prepared.aliases);
}
int show_findings(Session& session, const Options& options, const Prepared&) {
  return print_findings(session, options);
}
int show_nat(Session& session, const Options& options, const Prepared&) {
  return print_nat(session, options);
}
int show_exported(Session& session, const Options& options, const Prepared& prepared) {
  return export_calls(session, options, prepared.aliases);
}
int show_answers(Session& session, const Options& options, const Prepared&) {
  return options.query.empty() ? sql_prompt(session, options)
                               : print_query(session, options, options.query);
}
int show_check(Session& session, const Options& options, const Prepared& prepared) {
  return print_check(session, options, prepared.check);
}
int show_rows(Session& session, const Options& options, const Prepared&) {
  return print_table(session, options);
}

bool counts_calls(std::string_view table) {
  return table == "calls" || table == "stats";
}

std::vector<Command> all_commands() {
  std::vector<Command> all = {
      {"ladder", kOfCalls | kLadderOptions, "ladder diagrams of the chosen calls", show_ladders,
       nullptr, true},
      {"findings", kTable | kListOption,
       "what is wrong and why, worst first, with evidence; --list prints the catalogue",
       show_findings},
      {"nat", kOfCalls | kNatOptions,
       "who is behind a NAT, and does each hop handle it: endpoints, Via hops, findings", show_nat,
       nullptr, true},
      {"export", kOfCalls | kExportOptions, export_help(), show_exported, nullptr, true},
      {"sql", kTable,
       "any read-only query over the tables: sql SOURCE... QUERY; a prompt without one",
       show_answers, nullptr, true},
      {"check", kOfCalls | kCheckOptions,
       "findings and assertions as a test: 1 when one fails; text, junit or github", show_check,
       nullptr, true},
      {"redact", kRedactOptions,
       "IN OUT: a capture that can be shared, names, numbers, hosts and addresses replaced",
       nullptr, print_redacted},
      {"compare", kCompareOptions,
       "A B: two captures of the same calls from two points: what was changed, lost, delayed "
       "between them; --periods: of one place at two times, which figures moved",
       nullptr, print_compared},
      {"capture", kCaptureOptions,
       "-w OUT: a service that writes SIP and its media, in a ring of files, and sends HEP",
       nullptr, run_capture},
      {"explain", kExplainOptions,
       "what a finding's code, a status, a header, Q.850:N or a timer is, its usual causes, what "
       "to do",
       nullptr, print_explanation},
      {"mcp", kMcpOptions,
       "six read-only tools for agents over standard input and output, files only below --root",
       nullptr, serve_mcp},
      {"schema", kRowOptions, "the tables and their columns", nullptr, print_schema},
  };
  std::vector<Command> of_tables;
  for (const TableDescription* table : tables()) {
    const auto is_known = [&](const Command& one) { return one.name == table->name; };
    if (std::any_of(all.begin(), all.end(), is_known)) continue;
    of_tables.push_back({std::string(table->name), kTable, std::string(table->doc), show_rows,
                         nullptr, counts_calls(table->name)});
  }
  all.insert(all.begin(), of_tables.begin(), of_tables.end());
  return all;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kAll = all_commands();
  return kAll;
}

const Command* find_command(std::string_view name) {
  const auto& all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool where_is_about_calls(std::string_view command) {
  return command.empty() || find_command(command)->about_calls;
}

}  // namespace sipladder
