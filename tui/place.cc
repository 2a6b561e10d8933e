#include "tui/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>

#include "capture/time_units.h"
#include "decode/text.h"
#include "export/time_text.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

constexpr const char* kPlaceLabel = "go to frame or time (17, +1.5, 12:03:05): ";

std::optional<uint32_t> number_of(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "1.5" in nanoseconds; digits beyond nanoseconds are dropped.
std::optional<int64_t> seconds_of(std::string_view text) {
  const size_t dot = std::min(text.find('.'), text.size());
  const auto whole = number_of(text.substr(0, dot));
  if (!whole) return std::nullopt;
  int64_t ns = int64_t{*whole} * kSecondNs;
  int64_t unit = kSecondNs / 10;
  for (size_t i = dot + 1; i < text.size(); i++, unit /= 10) {
    if (!is_digit(text[i])) return std::nullopt;
    ns += (text[i] - '0') * unit;
  }
  return ns;
}

// "12:03" or "12:03:05.25" in nanoseconds since midnight.
std::optional<int64_t> time_of_day(std::string_view text) {
  std::string_view rest = text;
  const auto hours = number_of(cut(&rest, ':'));
  const auto minutes = number_of(cut(&rest, ':'));
  const auto seconds_ns = rest.empty() ? std::optional<int64_t>(0) : seconds_of(rest);
  if (!hours || !minutes || !seconds_ns || *hours > 23 || *minutes > 59) return std::nullopt;
  if (*seconds_ns >= 60 * kSecondNs) return std::nullopt;
  return (int64_t{*hours} * 60 + *minutes) * 60 * kSecondNs + *seconds_ns;
}

// The time of the day in nanoseconds since midnight.
int64_t since_midnight(int64_t time_ns, bool utc) {
  return time_of_day(clock_text(time_ns, utc)).value_or(0);
}

// The first moment in the capture at which the clock shows this time of day.
int64_t first_such_time(int64_t of_day, const PlaceContext& context) {
  const int64_t begun = since_midnight(context.begin_ns, context.utc);
  const int64_t at = context.begin_ns - begun + of_day;
  return of_day / kSecondNs < begun / kSecondNs ? at + kDayNs : at;
}

Place mistake(std::string_view text) {
  Place place;
  place.error = "\"" + std::string(text) +
                "\" is neither a frame (17, 2:17) nor a time (+1.5, 12:03, 12:03:05.25, "
                "2024-01-02T03:04:05Z)";
  return place;
}

}  // namespace

PlaceContext place_context(const Shared& shared) {
  PlaceContext context;
  for (const SourceInfo& one : shared.model.captures) {
    if (one.first_ns != 0 && (context.begin_ns == 0 || one.first_ns < context.begin_ns))
      context.begin_ns = one.first_ns;
  }
  context.utc = shared.utc();
  context.sources = std::max<size_t>(1, shared.model.captures.size());
  return context;
}

Place understand_place(std::string_view text, const PlaceContext& context) {
  text = trim(text);
  Place place;
  if (const auto frame = number_of(text)) {
    place.frame = *frame;
    if (place.frame == 0) return mistake(text);
    return place;
  }
  const size_t colon = text.find(':');
  if (context.sources > 1 && colon != std::string_view::npos) {
    const auto source = number_of(text.substr(0, colon));
    const auto frame = number_of(text.substr(colon + 1));
    if (source && frame && *source >= 1 && *source <= context.sources && *frame != 0) {
      place.source = static_cast<uint16_t>(*source - 1);
      place.frame = *frame;
      return place;
    }
  }
  std::optional<int64_t> time_ns;
  if (text.starts_with('+')) {
    if (const auto since = seconds_of(text.substr(1))) time_ns = context.begin_ns + *since;
  } else if (const auto of_day = time_of_day(text)) {
    time_ns = first_such_time(*of_day, context);
  } else {
    time_ns = parse_time(text);
  }
  if (!time_ns) return mistake(text);
  place.time_ns = *time_ns;
  return place;
}

std::optional<size_t> row_at(const Place& place, size_t rows,
                             const std::function<RowPlace(size_t)>& place_of) {
  std::optional<size_t> best;
  int64_t best_at = 0;
  for (size_t i = 0; i < rows; i++) {
    const RowPlace row = place_of(i);
    if (place.frame != 0 && place.source && *place.source != row.source) continue;
    const int64_t at = place.frame != 0 ? int64_t{row.frame} : row.time_ns;
    const int64_t wanted = place.frame != 0 ? int64_t{place.frame} : place.time_ns;
    if (at == 0 || at < wanted || (best && at >= best_at)) continue;
    best = i;
    best_at = at;
  }
  return best;
}

std::string place_words(const Place& place) {
  if (place.frame == 0) return "that time";
  if (place.source) return fmt::format("frame {}:{}", *place.source + 1, place.frame);
  return fmt::format("frame {}", place.frame);
}

void PlacePrompt::begin() {
  edit_.begin(kPlaceLabel);
}

std::optional<Place> PlacePrompt::type(Key key, const Shared& shared) {
  if (edit_.type(key) != LineEdit::Answer::done || edit_.text().empty()) return std::nullopt;
  const SharedLock lock(shared);
  Place place = understand_place(edit_.text(), place_context(shared));
  if (place.error.empty()) return place;
  shared.ui->notice = place.error;
  return std::nullopt;
}

}  // namespace sipladder
