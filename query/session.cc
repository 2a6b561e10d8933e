#include "query/session.h"

#include <malloc.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <mutex>

namespace sipladder {
namespace {

constexpr int64_t kBatchNs = 2'000'000;
// An idle source is waited for so long. A request to stop is noticed that late.
constexpr int kIdleMs = 200;
constexpr int kPacketsPerClock = 64;  // packets between two looks at the clock

int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void wait_for(const std::vector<int>& descriptors) {
  if (descriptors.empty()) return;
  std::vector<pollfd> fds;
  for (const int fd : descriptors) fds.push_back({fd, POLLIN, 0});
  poll(fds.data(), fds.size(), kIdleMs);
}

}  // namespace

void Session::set_source(std::unique_ptr<PacketSource> source) {
  source_ = std::move(source);
  note_sources();
}

void Session::set_memory(size_t bytes) {
  // With a fixed threshold, chunks of tables that are given up go back to the system. By default
  // the allocator raises the threshold with each of them and keeps them: 1 M streams within 64 MiB
  // took 165 MB.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  constexpr size_t kFixed = 20 << 20;  // the program itself, its buffers and batches
  engine_.set_memory((bytes - std::min(kFixed, bytes / 2)) / 10 * 6);
}

void Session::note_sources() {
  model.captures.clear();
  uint64_t position = 0, size = 0;
  for (const SourceInfo* info : source_->infos()) {
    model.captures.push_back(*info);
    position += info->position;
    size += info->size;
  }
  progress_ = size == 0 ? -1.0 : static_cast<double>(position) / static_cast<double>(size);
}

void Session::look_for_keys() {
  key_sources.look();
  if (keys.size() == keys_known_) return;
  keys_known_ = keys.size();
  engine_.take_new_keys();
}

ReadResult Session::batch(int64_t budget_ns) {
  look_for_keys();
  const int64_t until = steady_ns() + budget_ns;
  Packet packet;
  while (true) {
    for (int i = 0; i < kPacketsPerClock; i++) {
      const ReadResult result = source_->next(&packet);
      if (result != ReadResult::packet) return result;
      // Time 0 means "did not happen" in all records. But packets with relative times, or without
      // times (Simple Packet Blocks), can have it: they get 1 ns, which nobody sees.
      if (packet.time_ns == 0) packet.time_ns = 1;
      engine_.process(packet);
    }
    if (steady_ns() > until) return ReadResult::packet;
  }
}

void Session::end() {
  if (!model.finished) {
    look_for_keys();
    engine_.finish();
  }
  model.finished = true;
}

// Descriptors to wait for. Empty when the source is to be asked again at once.
std::vector<int> Session::awaited_descriptors() const {
  std::vector<int> descriptors = source_->waits_for();
  if (descriptors.empty()) return descriptors;
  const std::vector<int> keys_come = key_sources.waits_for();
  descriptors.insert(descriptors.end(), keys_come.begin(), keys_come.end());
  return descriptors;
}

bool Session::step() {
  ReadResult result = ReadResult::packet;
  std::vector<int> awaited;
  {
    const std::lock_guard guard(lock);
    result = batch(kBatchNs);
    if (result == ReadResult::idle) awaited = awaited_descriptors();
    if (result == ReadResult::end) end();
    note_sources();
    engine_.catch_up();
  }
  idle_ = result == ReadResult::idle;
  wait_for(awaited);
  return result != ReadResult::end;
}

void Session::run() {
  constexpr int64_t kLongNs = 50'000'000;
  while (!stop) {
    const ReadResult result = batch(kLongNs);
    if (result == ReadResult::end) break;
    note_sources();
    if (result == ReadResult::idle) wait_for(awaited_descriptors());
  }
  close();
}

void Session::close() {
  end();
  note_sources();
  engine_.catch_up();
}

}  // namespace sipladder
