#include "capture/merged_source.h"

#include <algorithm>
#include <map>
#include <utility>

#include "capture/capture_points.h"

namespace sipladder {
namespace {

class MergedSource : public PacketSource {
 public:
  explicit MergedSource(std::vector<std::unique_ptr<PacketSource>> sources)
      : sources_(std::move(sources)), heads_(sources_.size()) {
    for (size_t i = sources_.size(); i > 0; i--) unread_.push_back(i - 1);
    size_t first = 0;
    for (const auto& source : sources_) {
      first_.push_back(first);
      first += source->infos().size();
    }
  }

  ReadResult next(Packet* packet) override {
    awaited_.clear();
    for (size_t i = unread_.size(); i > 0; i--) {
      const size_t index = unread_[i - 1];
      const ReadResult result = sources_[index]->next(&heads_[index]);
      if (result == ReadResult::idle) {
        awaited_.push_back(index);
        // What arrives here later is later than what the other sources have now.
        if (sources_[index]->has_arrival_times()) continue;
        return result;
      }
      unread_.erase(unread_.begin() + static_cast<std::ptrdiff_t>(i - 1));
      if (result == ReadResult::packet) {
        push(index);
      } else {
        end_points(index);
      }
    }
    if (ready_.empty()) return awaited_.empty() ? ReadResult::end : ReadResult::idle;
    const size_t earliest = pop();
    *packet = heads_[earliest];
    packet->point = point_of(earliest);
    // Read on only at the next call: until then the packet's bytes must stay.
    unread_.push_back(earliest);
    return ReadResult::packet;
  }

  std::vector<int> waits_for() const override {
    std::vector<int> fds;
    for (const size_t index : awaited_) {
      const std::vector<int> more = sources_[index]->waits_for();
      if (more.empty()) return {};
      fds.insert(fds.end(), more.begin(), more.end());
    }
    return fds;
  }

  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const auto& source : sources_) {
      for (const SourceInfo* info : source->infos()) result.push_back(info);
    }
    return result;
  }

 private:
  // A saved session has several sources, and says which of them were taken at the same point.
  uint8_t point_of(size_t index) {
    const Packet& head = heads_[index];
    const auto [slot, inserted] = points_.try_emplace({index, head.point});
    if (inserted) {
      const auto infos = sources_[index]->infos();
      const size_t within = std::min<size_t>(head.source - first_[index], infos.size() - 1);
      slot->second = capture_points_.begin(*infos[within]);
    }
    return slot->second;
  }
  void end_points(size_t index) {
    for (auto at = points_.lower_bound({index, 0}); at != points_.end() && at->first.first == index;
         ++at)
      capture_points_.end(at->second);
  }
  bool later(size_t a, size_t b) const {
    if (heads_[a].time_ns != heads_[b].time_ns) return heads_[a].time_ns > heads_[b].time_ns;
    return a > b;
  }
  void push(size_t index) {
    ready_.push_back(index);
    std::push_heap(ready_.begin(), ready_.end(),
                   [this](size_t a, size_t b) { return later(a, b); });
  }
  size_t pop() {
    std::pop_heap(ready_.begin(), ready_.end(), [this](size_t a, size_t b) { return later(a, b); });
    const size_t index = ready_.back();
    ready_.pop_back();
    return index;
  }

  std::vector<std::unique_ptr<PacketSource>> sources_;
  std::vector<Packet> heads_;
  std::vector<size_t> first_;  // of each source: the number of its first SourceInfo
  std::map<std::pair<size_t, uint8_t>, uint8_t> points_;  // by source that has begun, and its point
  CapturePoints capture_points_;
  std::vector<size_t> ready_;    // a heap, the earliest head on top
  std::vector<size_t> unread_;   // sources whose head was handed out
  std::vector<size_t> awaited_;  // those of unread_ that had nothing at the last next()
};

}  // namespace

std::unique_ptr<PacketSource> merge_sources(std::vector<std::unique_ptr<PacketSource>> sources) {
  return std::make_unique<MergedSource>(std::move(sources));
}

}  // namespace sipladder
