// Views of one thing: all columns of a row, the findings of a call, its messages as text.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "query/format.h"
#include "query/table_description.h"
#include "tui/ladder_view.h"
#include "tui/message_text.h"
#include "tui/problems.h"
#include "tui/stream_plot.h"
#include "tui/tabs.h"
#include "tui/text_screen.h"

namespace sipladder {
namespace {

constexpr size_t kMaxRawLines = 100'000;
constexpr int kPlotLines = 19;                        // of plots below the figures of a stream
constexpr std::string_view kMessageTitle = "frame ";  // begins the title line of a message

// The text of a column as the mask shows it; what it leaves of a header depends on its name.
std::string masked_text(const Shared& shared, const TableDescription& table, Reader& reader,
                        RowId row, const Column& column, const Value& value) {
  if (&table != &kHeadersTable || column.name != "value")
    return shared.ui->mask.cell(column.name, plain_text(value));
  Value name;
  const std::string text = plain_text(value);  // before the reader reads anything else
  find_column(table, "name")->get(reader, row, name);
  return shared.ui->mask.header(plain_text(name), text);
}

std::vector<CellLine> record_lines(const Shared& shared, const TableDescription& table, RowId row,
                                   int width) {
  constexpr int kNames = 22;
  std::vector<CellLine> lines;
  Reader reader(shared.model, shared.log, shared.analyst);
  const bool there = row.id <= table.open(reader) && table.parts(reader, row.id) > row.part;
  if (!there) add_lines(&lines, "(given up for memory: --memory)", Ink::warning);
  for (const Column& column : table.columns) {
    if (!there) break;
    Value value;
    column.get(reader, row, value);
    if (value.type == Value::Type::null) continue;
    const size_t first = lines.size();
    const bool text = value.type == Value::Type::text;
    add_wrapped(&lines,
                text ? masked_text(shared, table, reader, row, column, value) : plain_text(value),
                width, kNames);
    if (lines.size() == first) lines.emplace_back();
    put_text(&lines[first], 0, fit_text(safe_text(column.name), kNames - 2), Ink::info);
    add_wrapped(&lines, column.doc, width, kNames, Ink::dim);
  }
  if (there && &table == &kStreamsTable) {
    lines.emplace_back();
    for (CellLine& line : stream_plots(shared, StreamId{row.id}, width, kPlotLines))
      lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<CellLine> raw_lines(const Shared& shared, CallId call) {
  std::vector<CellLine> lines;
  if (!shared.model.calls.holds(call)) return lines;
  const std::vector<Problem> problems = problems_of(shared, call);
  for (MessageId id = shared.model.calls[call].first_message;
       shared.model.messages.holds(id) && lines.size() < kMaxRawLines;
       id = shared.model.messages[id].next_in_call) {
    lines.emplace_back();
    const bool proof = proves_any(problems, id, shared.model.messages[id]);
    put_text(&lines.back(), 0, safe_text(message_title(shared, id)),
             proof ? Ink::error : Ink::header);
    for (CellLine& line : message_lines(shared, id)) lines.push_back(std::move(line));
    lines.emplace_back();
  }
  return lines;
}

// All findings of a call, and at which line each begins.
struct FindingLines {
  std::vector<Problem> problems;
  std::vector<size_t> begins;
};

}  // namespace

std::unique_ptr<Screen> record_view(const Shared& shared, const TableDescription& table,
                                    RowId row) {
  return std::make_unique<TextScreen>(
      shared, TextScreen::Text{"row", fmt::format("{} {}", tab_title(table), row.id),
                               [shared, &table, row](int width) {
                                 return record_lines(shared, table, row, width);
                               }});
}

std::unique_ptr<Screen> finding_of_call(const Shared& shared, CallId call) {
  const auto shown = std::make_shared<FindingLines>();
  TextScreen::Text text;
  text.name = "findings";
  text.heading = fmt::format("of call {}", call.value);
  text.lines = [shared, call, shown](int width) {
    std::vector<CellLine> lines;
    shown->problems = problems_of(shared, call);
    shown->begins.clear();
    for (const Problem& problem : shown->problems) {
      shown->begins.push_back(lines.size());
      for (CellLine& line : problem_text(problem, width)) lines.push_back(std::move(line));
      lines.emplace_back();
    }
    if (lines.empty())
      add_lines(&lines, shared.verdicts ? "Nothing is wrong with this call."
                                        : "What is found is told when all is read.");
    return lines;
  };
  text.open = [shared, call, shown](size_t line) {
    LadderTarget target;
    for (size_t i = 0; i < shown->begins.size() && shown->begins[i] <= line; i++) {
      const Problem& problem = shown->problems[i];
      target = {false, problem.message, problem.stream, problem.evidence, problem.source};
    }
    return Reply{Reply::Kind::open,
                 std::make_unique<LadderView>(shared, std::vector<CallId>{call}, target)};
  };
  text.open_help = "the ladder, where this finding is proved";
  text.problems = "finding";
  text.is_problem = [](const CellLine& line) {
    const Ink ink = first_ink(line);
    return ink == Ink::error || ink == Ink::warning || ink == Ink::info;
  };
  return std::make_unique<TextScreen>(shared, std::move(text));
}

std::unique_ptr<Screen> raw_of_call(const Shared& shared, CallId call) {
  TextScreen::Text text;
  text.name = "raw text";
  text.heading = fmt::format("of call {}", call.value);
  text.lines = [shared, call](int) { return raw_lines(shared, call); };
  text.problems = "message that proves a problem";
  text.is_problem = [](const CellLine& line) {
    return first_ink(line) == Ink::error && to_utf8(line).starts_with(kMessageTitle);
  };
  return std::make_unique<TextScreen>(shared, std::move(text));
}

}  // namespace sipladder
