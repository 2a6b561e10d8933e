// Prints the NAT report as text, json, ndjson, csv and md.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "main/nat_hops.h"
#include "main/nat_report.h"
#include "main/output.h"
#include "main/selection.h"

namespace sipladder {
namespace {

constexpr size_t kMostFine = 20;  // hops and endpoints without a fault, unless all are asked for

bool is_no_fault(std::string_view verdict) {
  return verdict == kFineHop || verdict == kToldByVia;
}

std::string kind_words(const NatRows& rows, size_t row) {
  std::string words;
  for (const char* column : {"role", "user_agent"}) {
    const std::string text = rows.text(row, column);
    if (!text.empty()) words += (words.empty() ? " (" : ", ") + text;
  }
  return words.empty() ? words : words + ")";
}

// "behind a NAT, believes it is 192.168.1.2, the world sees 203.0.113.1:1024"
std::string belief_words(const NatRows& rows, size_t row) {
  std::string words = "behind a NAT";
  const std::string believes = rows.text(row, "private_address");
  const std::string seen = rows.place(row, "public_address", "public_port");
  if (!believes.empty()) words += ", believes it is " + believes;
  if (!seen.empty() && seen != rows.place(row, "address", "port"))
    words += ", the world sees " + seen;
  return words;
}

std::string type_words(const NatRows& rows, size_t row) {
  const std::string type = rows.text(row, "nat_type"), mapping = rows.text(row, "mapping"),
                    filtering = rows.text(row, "filtering");
  std::string words = "type of the NAT: ";
  if (type.empty() && mapping.empty()) return words + "not enough evidence";
  words += type.empty() ? "a cone of unknown kind" : type;
  if (!mapping.empty()) words += ", mapping " + mapping;
  if (!filtering.empty()) words += ", filtering " + filtering;
  return words;
}

std::string life_words(const NatRows& rows, size_t row) {
  const std::string kind = rows.text(row, "keepalive_kind");
  std::string words =
      kind.empty() ? "no keep-alive seen"
                   : fmt::format("kept open by {} every {} s", kind, rows.text(row, "keepalive_s"));
  const std::string survived = rows.text(row, "survived_s"), died = rows.text(row, "died_s");
  if (!survived.empty())
    words += fmt::format("; its binding lived through {} s of silence", survived);
  if (!died.empty()) words += fmt::format("; its binding was gone after {} s of silence", died);
  return words;
}

// The words for a value of registrations.contact_reach about a private Contact.
std::string contact_words(std::string_view reach) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"lost", "a request for its private Contact got no answer"},
      {"outbound", "its private Contact is reached by its flow (outbound)"},
      {"gruu", "its private Contact is reached by GRUU"},
      {"path", "its private Contact is reached by Path"},
      {"received", "the registrar keeps its source beside the private Contact (received)"},
      {"alias", "its source stands in its private Contact (alias)"},
      {"rewritten", "its private Contact was replaced by its source"},
      {"source", "requests for its private Contact are sent to its source"},
  };
  for (const auto& [value, words] : kWords) {
    if (reach == value) return fmt::format("; {}", words);
  }
  return {};
}

std::string registration_words(const NatRows& rows, size_t row) {
  const int64_t count = rows.number(row, "registrations");
  if (count == 0) return {};
  const int64_t moves = rows.number(row, "moves");
  return fmt::format("{} registration{}{}{}", count, count == 1 ? "" : "s",
                     moves == 0   ? ""
                     : moves == 1 ? ", moved once"
                                  : fmt::format(", moved {} times", moves),
                     contact_words(rows.text(row, "contact_reach")));
}

class Text {
 public:
  explicit Text(const Options& options) : options_(options) {}

  void print(const NatReport& report) {
    const std::vector<std::string> sentences = report.summary;
    for (size_t i = 0; i < sentences.size(); i++) line((i == 0 ? "" : "  ") + sentences[i]);
    if (!report.without_nat) {
      print_endpoints(report.endpoints);
      print_hops(report.hops);
    }
    print_text(text_, options_);
  }

 private:
  void line(const std::string& text) { text_ += text + "\n"; }

  void print_endpoints(const NatRows& rows) {
    if (rows.rows.empty()) return;
    line("\nEndpoints");
    std::string without, untold;
    size_t left_out = 0, quiet = 0;  // endpoints without a fault; `quiet`: behind a NAT
    for (size_t i = 0; i < rows.rows.size(); i++) {
      const bool told = rows.at(i, "behind_nat").type == Value::Type::integer;
      const bool faulty = rows.number(i, "faults") != 0;
      if (rows.number(i, "behind_nat") == 1 && (faulty || ++quiet <= kMostFine || options_.wide)) {
        print_behind(rows, i);
      } else if (rows.number(i, "behind_nat") == 1) {
        continue;
      } else if (faulty) {
        line("  " + rows.place(i, "address", "port") + kind_words(rows, i) +
             (told ? ": behind no NAT" : ": not told whether it is behind a NAT"));
      } else if (++left_out <= kMostFine || options_.wide) {
        std::string& list = told ? without : untold;
        list += (list.empty() ? "" : ", ") + rows.place(i, "address", "port");
      }
    }
    if (quiet > kMostFine && !options_.wide)
      line(fmt::format("  and {} more behind a NAT without a fault (--wide: all)",
                       quiet - kMostFine));
    if (!without.empty()) line("  behind no NAT: " + without);
    if (!untold.empty()) line("  not told: " + untold);
    if (left_out > kMostFine && !options_.wide)
      line(fmt::format("  and {} more without a fault (--wide: all)", left_out - kMostFine));
  }

  void print_behind(const NatRows& rows, size_t row) {
    line("  " + rows.place(row, "address", "port") + kind_words(rows, row) + ": " +
         belief_words(rows, row));
    for (const std::string& words :
         {type_words(rows, row), life_words(rows, row), registration_words(rows, row)}) {
      if (!words.empty()) line("      " + words);
    }
  }

  void print_hops(const NatRows& rows) {
    if (rows.rows.empty()) return;
    line("\nVia hops");
    size_t fine = 0;
    for (size_t i = 0; i < rows.rows.size(); i++) {
      if (is_no_fault(rows.text(i, "verdict")) && ++fine > kMostFine && !options_.wide) continue;
      print_hop(rows, i);
    }
    if (fine > kMostFine && !options_.wide)
      line(fmt::format("  and {} more without a fault (--wide: all)", fine - kMostFine));
  }

  void print_hop(const NatRows& rows, size_t row) {
    const int64_t requests = rows.number(row, "requests");
    const std::string source = rows.place(row, "source", "source_port");
    const std::string frames =
        fmt::format("({}frame {})", requests == 1 ? "" : fmt::format("{} requests, ", requests),
                    rows.text(row, "frame"));
    if (source.empty()) {
      line("  before that: " + via_words(rows, row) + " " + frames);
      return;
    }
    line(fmt::format("  {} to {}: {} {}", source, rows.place(row, "server", "server_port"),
                     rows.text(row, "verdict"), frames));
    line("      " + via_words(rows, row) + "; " + way_words(rows, row));
  }

  static std::string via_words(const NatRows& rows, size_t row) {
    std::string via = "Via " + rows.place(row, "host", "port");
    if (rows.number(row, "has_rport") != 0) via += ";rport";
    const std::string received = rows.text(row, "received"), due = rows.text(row, "received_due"),
                      rport = rows.text(row, "rport");
    if (!received.empty()) via += ", received=" + received;
    if (!due.empty() && due != received) via += ", due is received=" + due;
    if (!rport.empty()) via += ", rport=" + rport;
    return via;
  }

  static std::string way_words(const NatRows& rows, size_t row) {
    const std::string due = rows.place(row, "response_due", "response_due_port"),
                      went = rows.place(row, "response_dst", "response_dst_port");
    if (went.empty()) return due.empty() ? "no answer" : "no answer, due at " + due;
    if (due == went) return "answers due at " + due + " went there";
    return (due.empty() ? "answers" : "answers due at " + due) + " went to " + went;
  }

  const Options& options_;
  std::string text_;
};

void write_rows(const RowStyle& style, const NatRows& rows) {
  const auto writer = make_row_writer(style, stdout);
  writer->begin(rows.columns);
  for (const auto& row : rows.rows) {
    if (!writer->row(row)) break;
  }
  writer->end();
}

NatRows rows_of_sentences(const std::vector<std::string>& sentences) {
  NatRows rows{{{"summary"}}, {}};
  for (const std::string& sentence : sentences) {
    Value value;
    value.set(std::string_view(sentence));
    rows.rows.push_back({value});
  }
  return rows;
}

// The rows with the name of their part as first column.
NatRows with_part(const NatRows& rows, std::string_view part) {
  NatRows named = rows;
  Value value;
  value.set(part);
  named.columns.insert(named.columns.begin(), {"part"});
  for (auto& row : named.rows) row.insert(row.begin(), value);
  return named;
}

// The whole report as one JSON object.
void print_json(const NatReport& report, const NatRows& findings, const RowStyle& style) {
  JsonArray sentences;
  for (const std::string& sentence : report.summary) sentences.add(sentence);
  std::printf("{\"summary\":%s", sentences.text().c_str());
  const std::pair<const char*, const NatRows*> parts[] = {
      {"endpoints", &report.endpoints}, {"vias", &report.hops}, {"findings", &findings}};
  for (const auto& [name, rows] : parts) {
    std::printf(",\n\"%s\":", name);
    write_rows(style, *rows);
  }
  std::fputs("}\n", stdout);
}

// The parts as tables one after the other: with an empty line between them in csv, and a heading
// before each in md.
void print_tables(const NatReport& report, const NatRows& findings, const RowStyle& style) {
  const NatRows summary = rows_of_sentences(report.summary);
  const std::pair<const char*, const NatRows*> parts[] = {{"summary", &summary},
                                                          {"endpoints", &report.endpoints},
                                                          {"vias", &report.hops},
                                                          {"findings", &findings}};
  bool first = true;
  for (const auto& [name, rows] : parts) {
    if (style.format == "md") std::printf("%s## %s\n\n", first ? "" : "\n", name);
    if (style.format == "csv" && !first) std::fputs("\n", stdout);
    write_rows(style, style.format == "ndjson" ? with_part(*rows, name) : *rows);
    first = false;
  }
}

// Fills *rows with the findings as rows of the table `findings`. A sentence when that fails.
std::string finding_rows(Session& session, const ChosenCalls& chosen,
                         const std::vector<const Finding*>& findings, NatRows* rows) {
  Reader reader(session.model, session.log, session.analyst);
  reader.choose(chosen.get());
  const std::set<const Finding*> listed(findings.begin(), findings.end());
  const auto& found = session.analyst.found();
  return Database(reader).run(
      "SELECT id, severity, code, call, summary, explanation, remedy, rfc, evidence, confidence "
      "FROM findings",
      [&](const std::vector<ResultColumn>& columns) { rows->columns = columns; },
      [&](const std::vector<Value>& values) {
        const auto place = static_cast<size_t>(values[0].integer) - 1;
        if (place < found.size() && listed.contains(found[place])) rows->rows.push_back(values);
        return true;
      });
}

}  // namespace

int print_nat(Session& session, const Options& options) {
  const ChosenCalls chosen(session, options);
  if (chosen.none()) return kDone;
  std::string error;
  const NatReport report = nat_report(session, options, chosen, &error);
  const bool text = options.format.empty() || options.format == "table";
  NatRows findings;
  if (error.empty() && !text) error = finding_rows(session, chosen, report.findings, &findings);
  if (!error.empty()) {
    complain(error);
    return kUsage;
  }
  const RowStyle style = row_style(options);
  if (!text) {
    (style.format == "json" ? print_json : print_tables)(report, findings, style);
    return kDone;
  }
  Text(options).print(report);
  if (report.without_nat || report.findings.empty()) return kDone;
  std::fputs("\n", stdout);
  BoundedOutput out(style, stdout);
  write_findings(session, options, report.findings, &out);
  return kDone;
}

}  // namespace sipladder
