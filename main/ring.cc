#include "main/ring.h"

#include <fmt/format.h>

#include <filesystem>

#include "capture/packet_source.h"
#include "capture/time_units.h"
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
  std::string text = fmt::format(
      "{}: {} of {} captures read ({} MB), those in which the chosen "
      "calls can be",
      folder, choice.files.size(), choice.of, choice.bytes >> 20);
  if (choice.scanned > 0)
    text += fmt::format("; {} had no index and {} looked through", choice.scanned,
                        choice.scanned == 1 ? "was" : "were");
  complain(text);
}

// Passes on packets within a time window. It ends when a packet is clearly later.
class WindowSource : public PacketSource {
 public:
  WindowSource(std::unique_ptr<PacketSource> source, const TimeSpan& window)
      : source_(std::move(source)), window_(window) {}

  ReadResult next(Packet* packet) override {
    constexpr int kMostSkipped = 65'536;            // then it returns, so that the caller can stop
    constexpr int64_t kDisorderNs = 5 * kSecondNs;  // packets of a file may be out of order by this
    for (int skipped = 0; skipped < kMostSkipped; skipped++) {
      const ReadResult result = source_->next(packet);
      if (result != ReadResult::packet) return result;
      if (window_.overlaps({packet->time_ns, packet->time_ns})) return result;
      if (packet->time_ns > window_.last_ns + kDisorderNs) return ReadResult::end;
    }
    return ReadResult::idle;
  }
  std::vector<int> waits_for() const override { return source_->waits_for(); }
  std::vector<const SourceInfo*> infos() const override { return source_->infos(); }

 private:
  std::unique_ptr<PacketSource> source_;
  TimeSpan window_;
};

}  // namespace

std::unique_ptr<PacketSource> within(std::unique_ptr<PacketSource> source, const TimeSpan& window) {
  return std::make_unique<WindowSource>(std::move(source), window);
}

NeededFiles needed_files(const Options& options) {
  const RingWish wish = wish_of(options);
  NeededFiles needed;
  if (!wish.is_any()) {
    needed.names = options.sources;
    return needed;
  }
  for (const std::string& source : options.sources) {
    std::error_code code;
    std::string error;
    std::vector<std::string> inside;
    if (std::filesystem::is_directory(source, code)) inside = captures_in(source, &error);
    if (inside.size() < 2) {
      needed.names.push_back(source);
      continue;
    }
    needed.growing.insert(inside.back());
    RingChoice choice = choose_ring_files(inside, wish);
    if (!options.quiet && choice.files.size() < choice.of) tell_choice(source, choice);
    // When no file can hold the calls, one is still read, so that there is a source.
    if (choice.files.empty()) choice.files.push_back(inside.front());
    if (options.sources.size() == 1) needed.window = choice.window;
    needed.names.insert(needed.names.end(), choice.files.begin(), choice.files.end());
  }
  return needed;
}

}  // namespace sipladder
