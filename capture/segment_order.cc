#include "capture/segment_order.h"

#include <algorithm>
#include <utility>

#include "capture/trace_parser.h"

namespace sipladder {
namespace {

constexpr size_t kMaxFlows = 4096;
constexpr uint64_t kMaxAhead = 1 << 20;  // bytes; farther ahead is another connection

std::string text_of(const RawEndpoint& end) {
  return std::string(end.bytes.begin(), end.bytes.end()) + std::to_string(end.port);
}

}  // namespace

bool SegmentOrder::next(std::string* line) {
  if (due_.empty()) return false;
  *line = std::move(due_.front());
  due_.pop_front();
  return true;
}

bool SegmentOrder::take(std::string_view line) {
  const bool waits = keeping_ || !held_.empty();
  std::optional<TraceHead> head;
  if (waits || line.find(", seq ") != std::string_view::npos) head = parse_trace_head(line);
  if (!head) {
    if (!keeping_) return false;
    add_to_held(line);
    return true;
  }
  end_segment();
  if (head->segment > 0 && begin_segment(*head, line)) return true;
  if (due_.empty()) return false;
  due_.emplace_back(line);
  return true;
}

// True when the lines of the segment are kept for now.
bool SegmentOrder::begin_segment(const TraceHead& head, std::string_view line) {
  Segment segment{
      {text_of(head.src), text_of(head.dst)}, head.sequence, head.segment, {}, {}, 0, false};
  const auto flow = flows_.find(segment.ends);
  const bool known = flow != flows_.end();
  const bool in_order = known && flow->second.expects(segment.sequence);
  const bool ahead = !known || (segment.sequence > flow->second.next &&
                                segment.sequence - flow->second.next < kMaxAhead);
  if (in_order || !ahead || !head.after_bytes || find_start_line(line, true) != line.npos) {
    if (in_order || !known || ahead) advance(segment);
    passing_ = segment.ends;
    return false;
  }
  segment.lines.emplace_back(line);
  open_ = std::move(segment);
  keeping_ = true;
  return true;
}

void SegmentOrder::add_to_held(std::string_view line) {
  open_.lines.emplace_back(line);
  open_.size += line.size() + 1;
  if (open_.size < kMaxTraceText && (open_.goes_on || !shows_beginning(line))) return;
  keeping_ = false;
  release_until(open_.ends, open_.sequence);
  release(open_);
  passing_ = open_.ends;
}

// True when the segment begins a message, or does not look as tcpdump -A shows one.
bool SegmentOrder::shows_beginning(std::string_view line) {
  open_.text.append(line).append("\n");
  const std::string_view text = open_.text;
  if (text[0] != 'E' && text[0] != '`') return true;
  const size_t headers = shown_headers(text);
  if (headers == 0 || headers >= text.size()) return false;
  const std::string_view first = text.substr(headers, text.find('\n', headers) - headers);
  open_.goes_on = find_start_line(first, false) != 0;
  return !open_.goes_on;
}

void SegmentOrder::end_segment() {
  if (!std::exchange(keeping_, false)) {
    release_followers(passing_);
    return;
  }
  held_.push_back(std::move(open_));
  if (held_.size() <= kMaxHeld) return;
  release(held_.front());
  held_.erase(held_.begin());
}

void SegmentOrder::advance(const Segment& segment) {
  if (flows_.size() >= kMaxFlows) flows_.clear();
  Flow& flow = flows_[segment.ends];
  flow.sent = flow.expects(segment.sequence) ? flow.sent + segment.bytes : segment.bytes;
  flow.next = segment.sequence + segment.bytes;
}

void SegmentOrder::release(const Segment& segment) {
  advance(segment);
  due_.insert(due_.end(), segment.lines.begin(), segment.lines.end());
}

void SegmentOrder::release_followers(const Ends& ends) {
  while (true) {
    const auto follower = std::find_if(held_.begin(), held_.end(), [&](const Segment& segment) {
      return segment.ends == ends && flows_[ends].expects(segment.sequence);
    });
    if (follower == held_.end()) return;
    release(*follower);
    held_.erase(follower);
  }
}

void SegmentOrder::release_until(const Ends& ends, uint64_t sequence) {
  const auto waits_in_vain = [&](const Segment& segment) {
    return segment.ends == ends && segment.sequence < sequence;
  };
  std::stable_sort(held_.begin(), held_.end(),
                   [](const Segment& a, const Segment& b) { return a.sequence < b.sequence; });
  for (const Segment& segment : held_) {
    if (waits_in_vain(segment)) release(segment);
  }
  std::erase_if(held_, waits_in_vain);
}

void SegmentOrder::finish() {
  end_segment();
  while (!held_.empty()) release_until(Ends(held_.front().ends), UINT64_MAX);
}

}  // namespace sipladder
