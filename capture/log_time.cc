#include "capture/log_time.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr size_t kTimeStandsBefore = 160;  // bytes of a line that are searched for a time

// "03:04:05" with an optional fraction, behind a point, a comma or, with three digits, a colon.
bool scan_clock(Scanner* in, int64_t* ns_of_day) {
  Scanner scan = *in;
  unsigned hour = 0, minute = 0, second = 0;
  const bool there = scan.number(&hour) && scan.skip(":") && scan.number(&minute) &&
                     scan.skip(":") && scan.number(&second);
  if (!there || hour > 23 || minute > 59 || second > 60) return false;
  *ns_of_day = (int64_t{hour} * 3600 + minute * 60 + second) * kSecondNs;
  Scanner colon = scan;
  int ms = 0;
  if (colon.skip(":")) {
    // Three digits are milliseconds; more fields are no time, such as those of a MAC address.
    if (!colon.digits(3, &ms) || colon.rest().starts_with(':')) return false;
    *ns_of_day += ms * kMillisecondNs;
    scan = colon;
  } else if (scan.skip(".") || scan.skip(",")) {
    *ns_of_day += scan.fraction();
  }
  *in = scan;
  return true;
}

int month_of(std::string_view name) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (name.size() != 3) return 0;
  const size_t at = kMonths.find(name);
  return at == npos || at % 3 != 0 ? 0 : static_cast<int>(at / 3) + 1;
}

bool is_date(const LogTime& time) {
  const bool year = time.year == 0 || (time.year >= 1970 && time.year <= 2200);
  return year && time.month >= 1 && time.month <= 12 && time.day >= 1 && time.day <= 31;
}

// One of the characters between the parts of a date.
bool skip_one_of(Scanner* scan, std::string_view characters, char* which) {
  if (scan->rest().empty() || characters.find(scan->rest()[0]) == npos) return false;
  *which = scan->rest()[0];
  return scan->skip(scan->rest().substr(0, 1));
}

bool scan_named_month(Scanner* scan, LogTime* time) {
  time->month = month_of(scan->rest().substr(0, 3));
  if (time->month == 0) return false;
  scan->skip(scan->rest().substr(0, 3));
  return true;
}

// "Jan  2 2024", "Jan 2, 2024", "Jan  2".
bool scan_month_first(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  if (!scan_named_month(&scan, time)) return false;
  scan.skip_spaces();
  if (!scan.number(&time->day)) return false;
  Scanner year = scan;
  year.skip(",");
  year.skip_spaces();
  if (year.digits(4, &time->year) && !year.rest().starts_with(':'))
    scan = year;
  else
    time->year = 0;
  *in = scan;
  return is_date(*time);
}

// "2024-01-02", "2024/01/02", "2024.01.02".
bool scan_year_first(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  char first = 0, second = 0;
  const bool there = scan.digits(4, &time->year) && skip_one_of(&scan, "-/.", &first) &&
                     scan.number(&time->month) && skip_one_of(&scan, "-/.", &second) &&
                     scan.number(&time->day) && first == second;
  if (!there || !is_date(*time)) return false;
  *in = scan;
  return true;
}

// "02.01.2024", "02/Jan/2024", "2 Jan 2024". With slashes and numbers the month may stand first:
// the date counts only when it can be read in one way.
bool scan_day_first(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  char first = 0, second = 0;
  if (!scan.number(&time->day) || !skip_one_of(&scan, "-/. ", &first)) return false;
  const bool named = scan_named_month(&scan, time);
  if (!named && (first == ' ' || !scan.number(&time->month))) return false;
  if (!skip_one_of(&scan, "-/. :", &second) || !scan.digits(4, &time->year)) return false;
  if (!named && first != '.') {
    if (time->month > 12)
      std::swap(time->month, time->day);
    else if (time->day <= 12 && time->day != time->month)
      time->day = 0;
  }
  if (time->day != 0 && !is_date(*time)) return false;
  *in = scan;
  return true;
}

// "01-02" before a clock, as Android writes it.
bool scan_month_and_day(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  const bool there = scan.digits(2, &time->month) && scan.skip("-") && scan.digits(2, &time->day) &&
                     scan.rest().starts_with(' ');
  if (!there || !is_date(*time)) return false;
  *in = scan;
  return true;
}

// "20240102-030405.123".
bool scan_without_marks(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  int date = 0, clock = 0;
  if (!scan.digits(8, &date) || !(scan.skip("-") || scan.skip("T") || scan.skip(" ")) ||
      !scan.digits(6, &clock))
    return false;
  *time = {LogTime::Kind::clock, date / 10000, date / 100 % 100, date % 100, 0, {}};
  const int hour = clock / 10000, minute = clock / 100 % 100, second = clock % 100;
  if (!is_date(*time) || hour > 23 || minute > 59 || second > 60) return false;
  time->ns = (int64_t{hour} * 3600 + minute * 60 + second) * kSecondNs;
  if (scan.skip(".") || scan.skip(",")) time->ns += scan.fraction();
  *in = scan;
  return true;
}

// "0102030405|": month, day and clock, as Polycom writes them.
bool scan_ten_digits(Scanner* in, LogTime* time) {
  Scanner scan(in->rest().substr(0, 10));
  int digits = 0;
  if (in->rest().size() < 11 || in->rest()[10] != '|' || !scan.digits(10, &digits)) return false;
  *time = {LogTime::Kind::clock, 0, digits / 100'000'000, digits / 1'000'000 % 100, 0, {}};
  const int hour = digits / 10'000 % 100, minute = digits / 100 % 100, second = digits % 100;
  if (!is_date(*time) || hour > 23 || minute > 59 || second > 60) return false;
  time->ns = (int64_t{hour} * 3600 + minute * 60 + second) * kSecondNs;
  *in = Scanner(in->rest().substr(10));
  return true;
}

bool scan_date(Scanner* in, LogTime* time) {
  static constexpr bool (*kForms[])(Scanner*, LogTime*) = {scan_month_first, scan_year_first,
                                                           scan_day_first, scan_month_and_day};
  for (const auto& form : kForms) {
    LogTime result;
    Scanner scan = *in;
    if (!form(&scan, &result)) continue;
    char between = 0;
    skip_one_of(&scan, "T-:", &between);
    scan.skip_spaces();
    *time = result.day == 0 ? LogTime{} : result;
    *in = scan;
    return true;
  }
  return false;
}

// "Z", "+0100", " +01:00", " UTC".
void scan_zone(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  if (scan.skip("Z") || (scan.skip(" "), scan.skip("UTC") || scan.skip("GMT"))) {
    if (!scan.rest().empty() && is_word_character(scan.rest()[0])) return;
    time->zone_minutes = 0;
    *in = scan;
    return;
  }
  const bool east = scan.skip("+");
  int hours = 0, minutes = 0;
  if (!east && !scan.skip("-")) return;
  int both = 0;
  if (scan.digits(4, &both)) {
    hours = both / 100;
    minutes = both % 100;
  } else if (!scan.digits(2, &hours) || !scan.skip(":") || !scan.digits(2, &minutes)) {
    return;
  }
  if (hours > 14 || minutes > 59) return;
  time->zone_minutes = (east ? 1 : -1) * (hours * 60 + minutes);
  *in = scan;
}

// "1704164645.123456" or "1704164645123": ten digits of seconds, or thirteen of milliseconds.
bool scan_long_epoch(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  int seconds = 0, high = 0, low = 0;
  if (scan.digits(10, &seconds) && scan.rest().starts_with('.')) return scan_epoch(in, time);
  const std::string_view text = in->rest();
  scan = Scanner(text.substr(0, 7));
  if (!text.starts_with('1') || !scan.digits(7, &high)) return false;
  scan = Scanner(text.substr(std::min<size_t>(7, text.size())));
  if (!scan.digits(6, &low)) return false;
  *time = {LogTime::Kind::epoch, 0, 0, 0, (int64_t{high} * 1'000'000 + low) * kMillisecondNs, {}};
  *in = scan;
  return true;
}

}  // namespace

bool scan_time(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  LogTime result;
  if (!scan_ten_digits(&scan, &result) && !scan_without_marks(&scan, &result)) {
    if (!scan_date(&scan, &result)) result = {};
    if (!scan_clock(&scan, &result.ns)) return false;
  }
  if (result.day != 0) scan_zone(&scan, &result);
  // "Tue Mar  4 10:15:00 2025", as ctime() writes it.
  Scanner behind = scan;
  if (result.day != 0 && result.year == 0 && behind.skip(" ") && behind.digits(4, &result.year)) {
    const bool year = result.year >= 1970 && result.year <= 2200;
    if (year)
      scan = behind;
    else
      result.year = 0;
  }
  *time = result;
  *in = scan;
  return true;
}

std::optional<int64_t> parse_step(std::string_view line) {
  constexpr int64_t kMostNs = 1'000'000;
  Scanner scan(trim_text(line));
  int64_t number = 0;
  if (!scan.skip("+") || !scan.number(&number) || number < 0 || number > kMostNs)
    return std::nullopt;
  const std::string_view unit = scan.rest();
  if (unit == "ms") return number * kMillisecondNs;
  if (unit == "s") return number * kSecondNs;
  if (unit == "m") return number * 60 * kSecondNs;
  if (unit == "h") return number * 3600 * kSecondNs;
  return std::nullopt;
}

bool scan_epoch(Scanner* in, LogTime* time) {
  Scanner scan = *in;
  int64_t seconds = 0;
  if (!scan.number(&seconds) || !scan.skip(".") || seconds < 0 || seconds > 1LL << 33) return false;
  *time = {LogTime::Kind::epoch, 0, 0, 0, seconds * kSecondNs + scan.fraction(), {}};
  *in = scan;
  return true;
}

std::optional<LogTime> parse_log_time(std::string_view line) {
  Scanner scan(line);
  scan.skip("[");
  LogTime time;
  if (!scan_time(&scan, &time)) return std::nullopt;
  return time;
}

std::optional<LogTime> find_log_time(std::string_view line) {
  line = line.substr(0, kTimeStandsBefore);
  std::optional<LogTime> clock;
  for (size_t at = 0; at < line.size(); at++) {
    const char before = at == 0 ? ' ' : line[at - 1];
    const bool inside = is_word_character(before) || before == ':' || before == '.';
    if (inside || !(Scanner::is_digit(line[at]) || month_of(line.substr(at, 3)) != 0)) continue;
    Scanner scan(line.substr(at));
    LogTime time;
    if (scan_long_epoch(&scan, &time)) return time;
    if (!scan_time(&scan, &time)) continue;
    if (time.day != 0) return time;
    if (!clock) clock = time;
  }
  return clock;
}

}  // namespace sipladder
