#include "export/html/stream_plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "export/time_text.h"
#include "query/escape.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

// In units of the drawing.
constexpr int kPlotWidth = 480, kPlotHeight = 72, kAbove = 14, kBelow = 16;

struct Drawn {
  const char* column;
  const char* name;
  const char* unit;
  const char* css;
  double least_top;  // the value at the top of the drawing is at least this
  double base = 0;   // the value at the bottom; what is below it is drawn there
};
constexpr Drawn kDrawn[] = {{"loss_pct", "loss", "%", "loss", 5},
                            {"jitter_ms", "jitter", "ms", "jitter", 5},
                            {"level_dbov", "level", "dBov", "level", 0, -80}};

Value cell_of(Reader& reader, const char* column, StreamId id, uint32_t part) {
  Value value;
  find_column(kIntervalsTable, column)->get(reader, {id.value, part}, value);
  return value;
}

// The values as steps of one path; neighbours of the same height become one step.
std::string steps(const std::vector<double>& values, double top) {
  std::string path = fmt::format("M0 {}", kPlotHeight);
  int before = kPlotHeight;
  const auto count = static_cast<double>(values.size());
  for (size_t i = 0; i < values.size(); i++) {
    const double share = std::clamp(values[i] / top, 0.0, 1.0);
    int y = kPlotHeight - static_cast<int>(share * kPlotHeight + 0.5);
    if (values[i] > 0) y = std::min(y, kPlotHeight - 1);
    if (y == before) continue;
    path += fmt::format("H{:.4g}V{}", static_cast<double>(i) * kPlotWidth / count, y);
    before = y;
  }
  return path + fmt::format("H{}V{}Z", kPlotWidth, kPlotHeight);
}

// One drawing, and a sentence with the highest value and its time since the stream began.
// `values`: above the base.
std::string plot_figure(const Drawn& drawn, const std::string& name,
                        const std::vector<double>& values, int64_t width_ns, int64_t length_ns) {
  const auto most = std::max_element(values.begin(), values.end());
  const double top = std::max(*most, drawn.least_top - drawn.base);
  const std::string when = duration_text((most - values.begin()) * width_ns);
  const std::string words = *most > 0 ? fmt::format("{}: at most {:.3g} {}, at {}", drawn.name,
                                                    *most + drawn.base, drawn.unit, when)
                                      : fmt::format("no {}", drawn.name);
  return fmt::format(
      "<figure><svg viewBox=\"0 {} {} {}\" role=\"img\" aria-label=\"{} of {}\"><path "
      "class=\"axis\" d=\"M0 0H{}M0 {}H{}\"/><path class=\"{}\" d=\"{}\"/><text x=\"0\" "
      "y=\"-3\">{:.3g} {}</text><text x=\"0\" y=\"{}\">0:00</text><text class=\"end\" x=\"{}\" "
      "y=\"{}\">{}</text></svg><figcaption>{}</figcaption></figure>",
      -kAbove, kPlotWidth, kAbove + kPlotHeight + kBelow, words, name, kPlotWidth, kPlotHeight,
      kPlotWidth, drawn.css, steps(values, top), top + drawn.base, drawn.unit,
      kPlotHeight + kBelow - 3, kPlotWidth, kPlotHeight + kBelow - 3, duration_text(length_ns),
      words);
}

}  // namespace

std::string stream_plots_html(Reader& reader, StreamId id, const std::string& name,
                              int64_t begin_ns) {
  const bool there = id.value <= kIntervalsTable.open(reader);
  const uint32_t count = there ? kIntervalsTable.parts(reader, id.value) : 0;
  if (count < 2) return {};
  const StreamRecord& stream = reader.model.streams[id];
  const int64_t width_ns =
      cell_of(reader, "until_ns", id, 0).integer - cell_of(reader, "from_ns", id, 0).integer;
  const auto ms = [&](int64_t time_ns) { return (time_ns - begin_ns) / 1'000'000; };
  const std::string title = xml_text(name);
  std::string out = fmt::format("<div class=\"plots\" data-t=\"{}\" data-end=\"{}\"><p>{}</p>",
                                ms(stream.first_ns), ms(stream.last_ns), title);
  for (const Drawn& drawn : kDrawn) {
    std::vector<double> values;
    bool known = false;
    for (uint32_t part = 0; part < count; part++) {
      const Value value = cell_of(reader, drawn.column, id, part);
      known = known || value.type == Value::Type::real;
      values.push_back(value.type == Value::Type::real ? std::max(0.0, value.real - drawn.base)
                                                       : 0);
    }
    if (known) out += plot_figure(drawn, title, values, width_ns, stream.last_ns - stream.first_ns);
  }
  return out + "</div>\n";
}

}  // namespace sipladder
