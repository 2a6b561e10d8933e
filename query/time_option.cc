#include "query/time_option.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "capture/time_units.h"

namespace sipladder {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes exactly `digits` digits from the front of *text.
bool take_number(std::string_view* text, size_t digits, int* out) {
  if (text->size() < digits || !std::all_of(text->begin(), text->begin() + digits, is_digit))
    return false;
  std::from_chars(text->data(), text->data() + digits, *out);
  text->remove_prefix(digits);
  return true;
}

bool take(std::string_view* text, std::string_view any_of) {
  if (text->empty() || any_of.find((*text)[0]) == std::string_view::npos) return false;
  text->remove_prefix(1);
  return true;
}

// Takes ".123456" as nanoseconds. True when there is no fraction, too; *ns stays 0 then.
bool take_fraction(std::string_view* text, int64_t* ns) {
  if (!take(text, ".,")) return true;
  int64_t unit = kSecondNs / 10;
  if (text->empty() || !is_digit((*text)[0])) return false;
  for (; !text->empty() && is_digit((*text)[0]); unit /= 10) {
    *ns += ((*text)[0] - '0') * unit;
    text->remove_prefix(1);
  }
  return true;
}

// Takes "Z", "+01:00", or nothing, as seconds east of UTC.
bool take_zone(std::string_view* text, int64_t* east_s) {
  if (text->empty() || take(text, "Zz")) return true;
  const bool west = text->front() == '-';
  int hours = 0, minutes = 0;
  if (!take(text, "+-") || !take_number(text, 2, &hours)) return false;
  take(text, ":");
  if (!text->empty() && !take_number(text, 2, &minutes)) return false;
  *east_s = (west ? -60 : 60) * (hours * 60 + minutes);
  return hours < 24 && minutes < 60;
}

std::optional<int64_t> parse_seconds(std::string_view text) {
  // Seconds since 1970 have 9 or 10 digits (1973 to 2286). Fewer may be a year or a date without
  // dashes.
  constexpr ptrdiff_t kDigits = 9;
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  if (end - text.begin() < kDigits || end - text.begin() > kDigits + 1) return std::nullopt;
  int64_t seconds = 0, ns = 0;
  std::from_chars(text.data(), text.data() + (end - text.begin()), seconds);
  text.remove_prefix(static_cast<size_t>(end - text.begin()));
  if (!take_fraction(&text, &ns) || !text.empty()) return std::nullopt;
  return seconds * kSecondNs + ns;
}

}  // namespace

std::optional<int64_t> parse_time(std::string_view text) {
  if (const auto seconds = parse_seconds(text)) return seconds;
  std::tm tm{};
  int64_t ns = 0, east_s = 0;
  const bool date = take_number(&text, 4, &tm.tm_year) && take(&text, "-") &&
                    take_number(&text, 2, &tm.tm_mon) && take(&text, "-") &&
                    take_number(&text, 2, &tm.tm_mday);
  if (!date || tm.tm_year < 1970 || tm.tm_year > 2200) return std::nullopt;
  if (take(&text, "Tt ")) {
    const bool clock =
        take_number(&text, 2, &tm.tm_hour) && take(&text, ":") && take_number(&text, 2, &tm.tm_min);
    if (!clock || (take(&text, ":") && !take_number(&text, 2, &tm.tm_sec))) return std::nullopt;
    if (!take_fraction(&text, &ns) || !take_zone(&text, &east_s)) return std::nullopt;
  }
  const int month = tm.tm_mon -= 1;
  const int day = tm.tm_mday;
  tm.tm_year -= 1900;
  if (!text.empty() || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59) return std::nullopt;
  const int64_t seconds = timegm(&tm);
  if (tm.tm_mon != month || tm.tm_mday != day) return std::nullopt;  // no such day
  return (seconds - east_s) * kSecondNs + ns;
}

}  // namespace sipladder
