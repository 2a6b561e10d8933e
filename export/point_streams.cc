#include "export/point_streams.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace sipladder {
namespace {

// Sequence numbers from `first` to `last`, counted on behind 65535.
struct NumberRange {
  int64_t first = 0, last = -1;
  int64_t count() const { return std::max<int64_t>(0, last - first + 1); }
};

NumberRange common_numbers(const NumberRange& x, const NumberRange& y) {
  return {std::max(x.first, y.first), std::min(x.last, y.last)};
}

// The RTP of one SSRC on one 5-tuple. Times are of A's clock.
struct StreamPart {
  const StreamRecord* stream = nullptr;
  Endpoint src, dst;
  int64_t first_ns = 0, last_ns = 0;
  NumberRange numbers;
  std::vector<NumberRange> matched;  // what of `numbers` was found at the other point

  int64_t matched_within(const NumberRange& range) const {
    int64_t result = 0;
    for (const NumberRange& one : matched) result += common_numbers(one, range).count();
    return result;
  }
};

struct Sender {
  uint32_t ssrc = 0;
  std::vector<StreamPart> a, b;
};

struct StreamPair {
  StreamPart* a = nullptr;
  StreamPart* b = nullptr;
  NumberRange numbers;
  int same_ends = 0;
};

// Hosts whose packets go toward B, and those whose packets go toward A, by SIP.
class MediaSides {
 public:
  MediaSides(const ComparedPoint& a, const ComparedPoint& b, const Comparison& comparison) {
    if (comparison.clock_error_ms < 0) return;
    for (const ComparedMessage& message : comparison.messages) {
      const int vote = message.toward_b ? 1 : -1;
      add(a.model, message.a, vote, &at_a_);
      add(b.model, message.b, vote, &at_b_);
    }
  }
  // Positive: toward B; negative: toward A; 0: not known.
  int of(const StreamPair& pair) const { return of(at_a_, *pair.a) + of(at_b_, *pair.b); }

 private:
  using Votes = std::map<IpAddress, int>;
  static void add(const Model& model, MessageId id, int vote, Votes* votes) {
    const MessageRecord& message = model.messages[id];
    (*votes)[model.endpoints[message.src].ip] += vote;
    (*votes)[model.endpoints[message.dst].ip] -= vote;
  }
  static int of(const Votes& votes, const StreamPart& part) {
    const auto vote = [&](const IpAddress& ip) {
      const auto found = votes.find(ip);
      return found == votes.end() ? 0 : (found->second > 0) - (found->second < 0);
    };
    return vote(part.src.ip) - vote(part.dst.ip);
  }

  Votes at_a_, at_b_;
};

std::vector<Sender> senders_of(const ComparedPoint& a, const ComparedPoint& b, double offset_ms) {
  std::vector<Sender> result;
  std::map<uint32_t, size_t> by_ssrc;
  for (const ComparedPoint* const point : {&a, &b}) {
    const bool at_a = point == &a;
    const int64_t offset_ns = at_a ? 0 : std::llround(offset_ms * 1e6);
    point->analyst.media().update();
    for (const StreamId id : point->model.streams.ids()) {
      if (!point->analyst.media().is_listed(id)) continue;
      const StreamRecord& stream = point->model.streams[id];
      const auto [at, is_new] = by_ssrc.emplace(stream.ssrc, result.size());
      if (is_new) result.emplace_back().ssrc = stream.ssrc;
      Sender& sender = result[at->second];
      std::vector<StreamPart>& parts = at_a ? sender.a : sender.b;
      if (parts.size() >= kMostStreams) continue;
      StreamPart& part = parts.emplace_back();
      part.stream = &stream;
      part.src = point->model.endpoints[stream.src];
      part.dst = point->model.endpoints[stream.dst];
      part.first_ns = stream.first_ns - offset_ns;
      part.last_ns = stream.last_ns - offset_ns;
    }
  }
  return result;
}

// Sequence numbers have 16 bits. The longest part tells how many times they had begun anew when
// another one began.
void place_numbers(Sender* sender) {
  const StreamPart* longest = nullptr;
  for (const auto* const parts : {&sender->a, &sender->b}) {
    for (const StreamPart& part : *parts)
      if (!longest || part.stream->packets > longest->stream->packets) longest = &part;
  }
  const RtpSequence& known = longest->stream->sequence;
  const auto from_ns = static_cast<double>(longest->first_ns);
  const auto length_ns = static_cast<double>(longest->last_ns) - from_ns;
  const double rate = length_ns > 0 ? (known.highest - known.base) / length_ns : 0;
  for (auto* const parts : {&sender->a, &sender->b}) {
    for (StreamPart& part : *parts) {
      const RtpSequence& sequence = part.stream->sequence;
      const double expected = known.base + (static_cast<double>(part.first_ns) - from_ns) * rate;
      const double rounds = std::round((expected - sequence.base) / 65536);
      part.numbers.first =
          sequence.base + 65536 * static_cast<int64_t>(std::clamp(rounds, -1e9, 1e9));
      part.numbers.last = part.numbers.first + (sequence.highest - sequence.base);
    }
  }
}

// Parts that have numbers in common and passed at the same time; the likeliest first.
std::vector<StreamPair> candidates_of(Sender* sender) {
  constexpr int64_t kLongestWayNs = 2'000'000'000;
  const bool only_ones = sender->a.size() == 1 && sender->b.size() == 1;
  std::vector<StreamPair> result;
  for (StreamPart& one : sender->a) {
    for (StreamPart& other : sender->b) {
      if (one.first_ns > other.last_ns + kLongestWayNs ||
          other.first_ns > one.last_ns + kLongestWayNs)
        continue;
      const NumberRange numbers = common_numbers(one.numbers, other.numbers);
      // A relay may count anew. Then only a single stream can be told.
      const bool counted_anew = only_ones && one.stream->payload_type == other.stream->payload_type;
      if (numbers.count() != 0 || counted_anew)
        result.push_back({&one, &other, numbers, (one.src == other.src) + (one.dst == other.dst)});
    }
  }
  std::stable_sort(result.begin(), result.end(), [](const StreamPair& x, const StreamPair& y) {
    return std::pair(x.same_ends, x.numbers.count()) > std::pair(y.same_ends, y.numbers.count());
  });
  return result;
}

// The time from A to B by the first number or the last one, when both have it.
std::optional<double> way_ms(const StreamPair& pair) {
  if (pair.a->numbers.first == pair.b->numbers.first)
    return static_cast<double>(pair.b->first_ns - pair.a->first_ns) / 1e6;
  if (pair.a->numbers.last == pair.b->numbers.last)
    return static_cast<double>(pair.b->last_ns - pair.a->last_ns) / 1e6;
  return std::nullopt;
}

bool goes_toward_b(const StreamPair& pair, const MediaSides& sides) {
  const int side = sides.of(pair);
  if (side != 0) return side > 0;
  const std::optional<double> way = way_ms(pair);
  return way ? *way >= 0 : pair.a->stream->distinct() >= pair.b->stream->distinct();
}

// Gathers the pairs of one SSRC and of one direction.
class StreamSum {
 public:
  void add(const StreamPair& pair, bool toward_b) {
    if (!way_) way_ = way_ms(pair);
    toward_b_ = toward_b;
    groups_.push_back({{pair.a}, {pair.b}});
    // Parts that share one at the other point are one stream there.
    for (size_t i = 0; i + 1 < groups_.size();) {
      Group& last = groups_.back();
      if (!groups_[i].a.contains(pair.a) && !groups_[i].b.contains(pair.b)) {
        i++;
        continue;
      }
      last.a.merge(groups_[i].a);
      last.b.merge(groups_[i].b);
      groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  bool empty() const { return groups_.empty(); }

  ComparedStream stream(uint32_t ssrc) const {
    ComparedStream result;
    result.ssrc = ssrc;
    result.toward_b = toward_b_;
    if (way_) result.delay_ms = std::max(0.0, toward_b_ ? *way_ : 0 - *way_);
    for (const Group& group : groups_) {
      const uint32_t at_a = packets(group.a), at_b = packets(group.b);
      const uint32_t sent = toward_b_ ? at_a : at_b, came = toward_b_ ? at_b : at_a;
      result.packets_a += at_a;
      result.packets_b += at_b;
      result.lost += sent > came ? sent - came : 0;
    }
    return result;
  }

 private:
  struct Group {
    std::set<const StreamPart*> a, b;
  };
  static uint32_t packets(const std::set<const StreamPart*>& parts) {
    uint32_t result = 0;
    for (const StreamPart* const part : parts) result += part->stream->distinct();
    return result;
  }

  std::vector<Group> groups_;
  std::optional<double> way_;
  bool toward_b_ = true;
};

}  // namespace

void compare_streams(const ComparedPoint& a, const ComparedPoint& b, Comparison* out) {
  const MediaSides sides(a, b, *out);
  for (Sender& sender : senders_of(a, b, out->clock_offset_ms)) {
    if (sender.a.empty() || sender.b.empty()) continue;
    place_numbers(&sender);
    StreamSum toward_a, toward_b;
    for (const StreamPair& pair : candidates_of(&sender)) {
      // Another leg of the same stream has the same numbers once more.
      const int64_t most = pair.numbers.count() / 2;
      if (pair.a->matched_within(pair.numbers) > most ||
          pair.b->matched_within(pair.numbers) > most)
        continue;
      pair.a->matched.push_back(pair.numbers);
      pair.b->matched.push_back(pair.numbers);
      const bool to_b = goes_toward_b(pair, sides);
      (to_b ? toward_b : toward_a).add(pair, to_b);
    }
    for (const StreamSum* const sum : {&toward_b, &toward_a}) {
      if (sum->empty()) continue;
      out->streams.push_back(sum->stream(sender.ssrc));
      out->rtp_lost += out->streams.back().lost;
    }
  }
}

}  // namespace sipladder
