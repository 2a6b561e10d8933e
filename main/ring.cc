#include "main/ring.h"

#include <fmt/format.h>

#include <filesystem>

#include "capture/packet_source.h"
#include "main/output.h"
#include "probe/ring_choice.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

RingWish wish_of(const Options& options) {
  RingWish wish;
  wish.call_id = options.call_id;
  wish.user = options.user;
  wish.address = options.address;
  if (!options.from.empty()) wish.from_ns = parse_time(options.from);
  if (!options.to.empty()) wish.to_ns = parse_time(options.to);
  return wish;
}

void tell_choice(const std::string& folder, const RingChoice& choice) {
  std::string text = fmt::format("{}: {} of {} captures read ({} MB), those in which the chosen "
                                 "calls can be",
                                 folder, choice.files.size(), choice.of, choice.bytes >> 20);
  if (choice.scanned > 0)
    text += fmt::format("; {} had no index and {} looked through", choice.scanned,
                        choice.scanned == 1 ? "was" : "were");
  complain(text);
}

}  // namespace

std::vector<std::string> needed_files(const Options& options, std::set<std::string>* growing) {
  const RingWish wish = wish_of(options);
  if (!wish.is_any()) return options.sources;
  std::vector<std::string> result;
  for (const std::string& source : options.sources) {
    std::error_code code;
    std::string error;
    std::vector<std::string> inside;
    if (std::filesystem::is_directory(source, code)) inside = captures_in(source, &error);
    if (inside.size() < 2) {
      result.push_back(source);
      continue;
    }
    growing->insert(inside.back());
    RingChoice choice = choose_ring_files(inside, wish);
    if (!options.quiet && choice.files.size() < choice.of) tell_choice(source, choice);
    // Where nothing can be, one is enough to say so.
    if (choice.files.empty()) choice.files.push_back(inside.front());
    result.insert(result.end(), choice.files.begin(), choice.files.end());
  }
  return result;
}

}  // namespace sipladder
