#include "export/period_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "decode/utc_text.h"
#include "query/escape.h"

namespace sipladder {
namespace {

std::span<const MovedFigure> shown(const PeriodComparison& comparison, size_t limit) {
  return std::span(comparison.moved).first(std::min(limit, comparison.moved.size()));
}

// "1.2 % of 5000", "1204.5 of 4100"
std::string value_text(const MovedFigure& moved, const Figure& figure) {
  return moved.is_share ? fmt::format("{:.1f} % of {}", 100 * figure.mean(), figure.count)
                        : fmt::format("{:.2f} of {}", figure.mean(), figure.count);
}

// Where single values do not differ at all, the distance has no bound.
std::string distance_text(double standard_errors) {
  if (std::fabs(standard_errors) < kFarthestErrors) return fmt::format("{:+.1f}", standard_errors);
  return fmt::format("{}{:.0f}", standard_errors > 0 ? ">+" : "<-", kFarthestErrors);
}

// "A: monday.pcap, 5000 calls, 2026-01-05T08:00:00Z to ..."
std::string period_text(const char* letter, const NamedPeriod& period) {
  std::string text =
      fmt::format("{}: {}, {}", letter, period.name, counted(period.figures.calls, "call"));
  if (period.figures.first_ns != 0)
    text += fmt::format(", {} to {}", utc_text(period.figures.first_ns),
                        utc_text(period.figures.last_ns));
  if (period.figures.left_out != 0)
    text +=
        fmt::format(", {} beyond the bound left out", counted(period.figures.left_out, "figure"));
  return text;
}

std::string summary_text(const PeriodComparison& comparison, size_t lines) {
  std::string text =
      fmt::format("{} compared, {} moved by {:.0f} standard errors or more",
                  counted(comparison.compared, "figure"), comparison.moved.size(), kMovedErrors);
  if (lines < comparison.moved.size()) text += fmt::format(", {} shown", lines);
  return text;
}

std::string period_json(const NamedPeriod& period) {
  const PeriodFigures& figures = period.figures;
  const auto time = [](int64_t ns) { return ns == 0 ? "null" : std::to_string(ns); };
  return fmt::format(
      "{{\"name\":{},\"calls\":{},\"first_ns\":{},\"last_ns\":{},\"figures_left_out\":{}}}",
      json_text(period.name), figures.calls, time(figures.first_ns), time(figures.last_ns),
      figures.left_out);
}

std::string moved_json(const MovedFigure& moved) {
  return fmt::format(
      "{{\"of\":{},\"what\":{},\"kind\":\"{}\",\"a\":{:.6g},\"a_count\":{},\"b\":{:.6g},"
      "\"b_count\":{},\"standard_errors\":{:.2f}}}",
      json_text(moved.name.of), json_text(moved.name.what), moved.is_share ? "share" : "mean",
      moved.a.mean(), moved.a.count, moved.b.mean(), moved.b.count, moved.standard_errors);
}

constexpr std::string_view kPage =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>Two periods compared</title>\n<style>:root{color-scheme:light dark}"
    "body{margin:2rem;font:15px sans-serif}table{border-collapse:collapse}"
    "th,td{text-align:left;padding:.3rem .8rem;border-bottom:1px solid #8888}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "td{overflow-wrap:anywhere}</style></head>\n<body><main><h1>Two periods compared</h1>\n";

}  // namespace

std::string periods_text(const PeriodComparison& comparison, const NamedPeriod& a,
                         const NamedPeriod& b, size_t limit) {
  const auto moved = shown(comparison, limit);
  std::string out =
      terminal_text(period_text("A", a)) + "\n" + terminal_text(period_text("B", b)) + "\n";
  out += summary_text(comparison, moved.size()) + "\n";
  for (const MovedFigure& one : moved) {
    out += fmt::format("\n{:>7}  {}: {}\n         {} -> {}\n", distance_text(one.standard_errors),
                       terminal_text(one.name.of), terminal_text(one.name.what),
                       value_text(one, one.a), value_text(one, one.b));
  }
  return out;
}

std::string periods_json(const PeriodComparison& comparison, const NamedPeriod& a,
                         const NamedPeriod& b, size_t limit) {
  std::string out =
      fmt::format("{{\"a\":{},\n\"b\":{},\n\"compared\":{},\"still\":{},\n\"moved\":[",
                  period_json(a), period_json(b), comparison.compared, comparison.still);
  const auto moved = shown(comparison, limit);
  for (const MovedFigure& one : moved)
    out += (&one == moved.data() ? "\n  " : ",\n  ") + moved_json(one);
  return out + "]}\n";
}

std::string periods_html(const PeriodComparison& comparison, const NamedPeriod& a,
                         const NamedPeriod& b, size_t limit) {
  const auto moved = shown(comparison, limit);
  std::string out(kPage);
  for (const std::string& line :
       {period_text("A", a), period_text("B", b), summary_text(comparison, moved.size())})
    out += "<p>" + xml_text(line) + "</p>\n";
  out +=
      "<table><thead><tr><th scope=\"col\">Of</th><th scope=\"col\">What</th><th scope=\"col\">A"
      "</th><th scope=\"col\">B</th><th scope=\"col\">Standard errors</th></tr></thead><tbody>\n";
  for (const MovedFigure& one : moved) {
    out += "<tr><td>" + xml_text(one.name.of) + "</td><td>" + xml_text(one.name.what) +
           "</td><td class=\"n\">" + value_text(one, one.a) + "</td><td class=\"n\">" +
           value_text(one, one.b) + "</td><td class=\"n\">" +
           xml_text(distance_text(one.standard_errors)) + "</td></tr>\n";
  }
  return out + "</tbody></table></main></body></html>\n";
}

}  // namespace sipladder
