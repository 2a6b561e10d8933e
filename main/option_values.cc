#include "main/option_values.h"

#include <charconv>
#include <cmath>

#include "capture/spool.h"
#include "capture/time_units.h"
#include "decode/text.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

// The least --memory: the program without any table, its buffers, and what the tables can grow
// between two looks at the memory.
constexpr uint64_t kLeastMemory = 64 << 20;

std::string mib_text(uint64_t bytes) {
  return std::to_string(bytes >> 20) + "M";
}

}  // namespace

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
  if (error != std::errc() || !(number >= 0)) return std::nullopt;  // also refuses "nan"
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

static std::string read_sink_values(const OptionTexts& texts, ClusterSinkOptions* sink) {
  constexpr uint64_t kLeastSpool = 1 << 20, kLongestWaitS = 86'400;
  sink->tables = split_names(texts.tables);
  if (!texts.sink_size.empty()) {
    const auto size = parse_size(texts.sink_size);
    if (!size || *size < kLeastSpool)
      return "--sink-spool-size " + texts.sink_size + ": write a size of at least 1M";
    sink->spool_bytes = *size;
  }
  if (!texts.sink_wait.empty()) {
    const auto seconds = parse_count(texts.sink_wait);
    if (!seconds || *seconds > kLongestWaitS)
      return "--sink-wait " + texts.sink_wait + ": write seconds, at most a day of them";
    sink->patience_ns = static_cast<int64_t>(*seconds) * kSecondNs;
  }
  return {};
}

std::string read_values(const OptionTexts& texts, Options* o) {
  constexpr uint64_t kLeastWidth = 20, kMostWidth = 10'000;
  if (!texts.memory.empty()) {
    const auto size = parse_size(texts.memory);
    if (!size || *size < kLeastMemory)
      return "--memory " + texts.memory + ": write a size of at least " + mib_text(kLeastMemory) +
             ", such as 512M or 4G";
    o->memory = *size;
  }
  if (!texts.spool.empty()) {
    const auto size = parse_size(texts.spool);
    if (!size || *size < Spool::kLeast)
      return "--spool " + texts.spool + ": write a size of at least " + mib_text(Spool::kLeast);
    o->spool = *size;
  }
  if (!texts.max_unpacked.empty()) {
    const auto size = parse_size(texts.max_unpacked);
    if (!size || *size == 0)
      return "--max-unpacked " + texts.max_unpacked + ": write a size, such as 64G";
    o->unpack.bytes = *size;
  }
  if (!texts.max_ratio.empty()) {
    const auto ratio = parse_count(texts.max_ratio);
    if (!ratio || *ratio == 0 || *ratio > UINT32_MAX)
      return "--max-ratio " + texts.max_ratio + ": write a number, 1 or more";
    o->unpack.ratio = static_cast<uint32_t>(*ratio);
  }
  if (std::string wrong = read_sink_values(texts, &o->sink); !wrong.empty()) return wrong;
  if (!texts.limit.empty()) {
    const auto rows = parse_count(texts.limit);
    if (!rows) return "--limit " + texts.limit + ": write a number of rows, 0 or more";
    o->limit = *rows;
  }
  if (!texts.max_bytes.empty()) {
    const auto size = parse_size(texts.max_bytes);
    if (!size) return "--max-bytes " + texts.max_bytes + ": write a size, such as 4096 or 4M";
    o->max_bytes = *size;
  }
  if (!texts.stream.empty()) {
    const auto stream = parse_count(texts.stream);
    if (!stream || *stream == 0)
      return "--stream " + texts.stream + ": write the number of a stream, 1 or more (streams.id)";
    o->stream = *stream;
  }
  if (!texts.call.empty()) {
    const auto call = parse_count(texts.call);
    if (!call || *call == 0)
      return "--call " + texts.call + ": write the number of a call, 1 or more (calls.id)";
    o->call = *call;
  }
  if (!texts.width.empty()) {
    const auto width = parse_count(texts.width);
    if (!width || *width < kLeastWidth || *width > kMostWidth)
      return "--width " + texts.width + ": write a number of columns from 20 to 10000";
    o->width = static_cast<int>(*width);
  }
  return {};
}

}  // namespace sipladder
