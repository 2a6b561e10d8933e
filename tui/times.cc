#include "tui/times.h"

#include <fmt/format.h>

#include "export/time_text.h"

namespace sipladder {
namespace {

std::string short_delta(int64_t delta_ns) {
  const double seconds = static_cast<double>(delta_ns) / 1e9;
  if (seconds < 1000 && seconds > -1000) return fmt::format("{:+.3f}", seconds);
  return fmt::format("{:+.0f}", seconds);
}

}  // namespace

void step_time_mode(Ui* ui) {
  const bool marked = ui->mark_ns != 0;
  switch (ui->time_mode) {
    case TimeMode::of_day:
      ui->time_mode = TimeMode::since_start;
      ui->notice = "times since the beginning";
      break;
    case TimeMode::since_start:
      ui->time_mode = TimeMode::since_previous;
      ui->notice = "times since the row above";
      break;
    case TimeMode::since_previous:
      ui->time_mode = marked ? TimeMode::since_mark : TimeMode::of_day;
      ui->notice =
          marked ? "times since the mark" : "times of the day (B sets a mark to count from)";
      break;
    case TimeMode::since_mark:
      ui->time_mode = TimeMode::of_day;
      ui->notice = "times of the day";
      break;
  }
}

void count_from(int64_t time_ns, Ui* ui) {
  ui->mark_ns = time_ns;
  ui->time_mode = TimeMode::since_mark;
  ui->notice = "times count from here; W tells them otherwise";
}

std::string short_time(const Shared& shared, int64_t time_ns, int64_t begin_ns, int64_t before_ns) {
  switch (shared.ui->time_mode) {
    case TimeMode::of_day:
      break;
    case TimeMode::since_start:
      return short_delta(time_ns - begin_ns);
    case TimeMode::since_previous:
      return before_ns == 0 ? "" : short_delta(time_ns - before_ns);
    case TimeMode::since_mark:
      return short_delta(time_ns - shared.ui->mark_ns);
  }
  return clock_text(time_ns, shared.utc()).substr(0, 8);
}

std::string short_time_title(const Ui& ui) {
  switch (ui.time_mode) {
    case TimeMode::of_day:
      return "Time";
    case TimeMode::since_start:
      return "+Start";
    case TimeMode::since_previous:
      return "+Above";
    case TimeMode::since_mark:
      return "+Mark";
  }
  return {};
}

void tell_times(const Shared& shared, const Ladder& ladder, LadderTextOptions* options) {
  options->utc = shared.utc();
  const TimeMode mode = shared.ui->time_mode;
  options->pauses_only = mode == TimeMode::since_previous;
  if (mode == TimeMode::since_mark) options->zero = {shared.ui->mark_ns, "since mark"};
  if (mode != TimeMode::since_start) return;
  for (const LadderRow& row : ladder.rows) {
    if (!row.timed || row.time_ns == 0) continue;
    options->zero = {row.time_ns, "since start"};
    return;
  }
}

}  // namespace sipladder
