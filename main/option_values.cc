#include "main/option_values.h"

#include <charconv>
#include <cmath>

#include "decode/text.h"

namespace sipladder {

std::optional<uint64_t> parse_count(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  if (error != std::errc() || number < 0) return std::nullopt;
  std::string_view unit(end, static_cast<size_t>(last - end));
  unit = trim(unit);
  constexpr std::string_view kUnits = "kmgt";
  double scale = 1;
  if (!unit.empty() && kUnits.find(lower(unit[0])) != std::string_view::npos) {
    scale = std::pow(1024.0, static_cast<double>(kUnits.find(lower(unit[0])) + 1));
    unit.remove_prefix(1);
    if (!unit.empty() && lower(unit[0]) == 'i') unit.remove_prefix(1);
  }
  if (!unit.empty() && lower(unit[0]) == 'b') unit.remove_prefix(1);
  constexpr double kMost = 1e18;
  if (!unit.empty() || number * scale > kMost) return std::nullopt;
  return static_cast<uint64_t>(number * scale);
}

std::string not_one_of(const std::string& option, const std::string& value,
                       const std::vector<std::string>& allowed) {
  std::string all;
  for (size_t i = 0; i < allowed.size(); i++)
    all += (i == 0 ? "" : i + 1 == allowed.size() ? " or " : ", ") + allowed[i];
  return option + " " + value + ": write " + all;
}

}  // namespace sipladder
