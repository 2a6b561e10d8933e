#include "tui/stream_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "export/time_text.h"
#include "query/table_description.h"
#include "tui/plot.h"

namespace sipladder {
namespace {

constexpr int kLeastPlot = 2, kMostPlot = 6;  // rows of a plot without its title

struct Series {
  const char* column;
  const char* name;
  const char* unit;
  Ink ink;
  double least_top;  // the value at the top of the plot is at least this
  double base = 0;   // the value at the bottom; what is below it is drawn there
};
constexpr Series kSeries[] = {{"loss_pct", "loss", "%", Ink::error, 5},
                              {"jitter_ms", "jitter", " ms", Ink::info, 5},
                              {"level_dbov", "level", " dBov", Ink::good, 0, -80},
                              {"silence_pct", "silence", "%", Ink::dim, 100}};

// Above the base of the series.
std::vector<std::optional<double>> values_of(Reader& reader, uint32_t stream, uint32_t count,
                                             const Series& series) {
  std::vector<std::optional<double>> values;
  const Column* const column = find_column(kIntervalsTable, series.column);
  for (uint32_t part = 0; part < count; part++) {
    Value value;
    column->get(reader, {stream, part}, value);
    const double above = std::max(0.0, value.real - series.base);
    values.push_back(value.type == Value::Type::real ? std::optional(above) : std::nullopt);
  }
  return values;
}

struct Shown {
  const Series* series = nullptr;
  std::vector<std::optional<double>> values;
  bool known = false;
  double most = 0;
};

Shown shown_of(Reader& reader, StreamId id, uint32_t count, const Series& series) {
  Shown one{&series, values_of(reader, id.value, count, series)};
  for (const auto& value : one.values) {
    one.known |= value.has_value();
    one.most = std::max(one.most, value.value_or(0));
  }
  return one;
}

std::string title_of(const Shown& one) {
  if (one.most <= 0) return std::string("no ") + one.series->name;
  return fmt::format("{}: at most {:.3g}{}", one.series->name, one.most + one.series->base,
                     one.series->unit);
}

// "0:00  30 intervals of 1 s  0:29": the line below the plots with the times of both ends.
CellLine axis(Reader& reader, StreamId id, uint32_t count, int width) {
  Value from, until;
  find_column(kIntervalsTable, "from_ns")->get(reader, {id.value, 0}, from);
  find_column(kIntervalsTable, "until_ns")->get(reader, {id.value, 0}, until);
  const StreamRecord& stream = reader.model.streams[id];
  const double each = static_cast<double>(until.integer - from.integer) / 1e9;
  const std::string words =
      count < 2 ? "one interval" : fmt::format("{} intervals of {:.4g} s", count, each);
  const std::string end = duration_text(stream.last_ns - stream.first_ns);
  CellLine line;
  put_text(&line, 0, U"0:00", Ink::dim);
  put_text(&line, 6, safe_text(words), Ink::dim);
  put_text(&line, std::max(0, width - static_cast<int>(end.size())), safe_text(end), Ink::dim);
  return line;
}

}  // namespace

std::vector<CellLine> stream_plots(const Shared& shared, StreamId id, int width, int height) {
  std::vector<CellLine> lines;
  Reader reader(shared.model, shared.log, shared.analyst);
  const bool there =
      id.value <= kIntervalsTable.open(reader) && kIntervalsTable.parts(reader, id.value) > 0;
  if (!there || width <= 0) return lines;
  const uint32_t count = kIntervalsTable.parts(reader, id.value);
  std::vector<Shown> shown;
  int room = height - 1, drawn = 0;  // one line is for the axis
  for (const Series& series : kSeries) {
    Shown one = shown_of(reader, id, count, series);
    const int needed = one.most > 0 ? kLeastPlot + 1 : 1;
    if (!one.known || needed > room) continue;
    room -= needed;
    drawn += one.most > 0 ? 1 : 0;
    shown.push_back(std::move(one));
  }
  if (shown.empty()) return lines;
  const int rows = drawn == 0 ? 0 : std::min(kMostPlot, kLeastPlot + room / drawn);
  for (const Shown& one : shown) {
    lines.emplace_back();
    put_text(&lines.back(), 0, safe_text(title_of(one)), Ink::bold);
    if (one.most <= 0) continue;
    const double top = std::max(one.most, one.series->least_top - one.series->base);
    const PlotSize size{width, rows, shared.ui->ascii};
    for (CellLine& line : plot(one.values, top, one.series->ink, size))
      lines.push_back(std::move(line));
  }
  lines.push_back(axis(reader, id, count, width));
  return lines;
}

}  // namespace sipladder
