#include "correlate/engine/capture_clocks.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "correlate/model/hash.h"
#include "decode/decoder.h"
#include "decode/media.h"

namespace sipladder {
namespace {

constexpr size_t kMaxFiles = 8;
constexpr size_t kMaxPackets = 131'072;       // looked at of each file
constexpr uint16_t kRtpEvery = 16;            // by sequence number: all files take the same packets
constexpr int64_t kSamePlaceNs = 20'000'000;  // a relay sends a packet on, a mirror shows it twice
constexpr int64_t kMinAheadNs = 50'000'000;   // packets would arrive before they were sent
constexpr int64_t kMinAheadOneWayNs = 1'000'000'000;  // no network holds every packet so long
constexpr size_t kMinPairs = 3;

// When one file shows a SIP message or an RTP packet first.
struct Sight {
  int64_t time_ns = 0;
  bool there = false;  // from the lower address to the higher one
  bool sip = false;
  bool again = false;  // later in the same file: a retransmission, which pairs with nothing
};

struct Sights {
  std::string name;
  absl::flat_hash_map<uint64_t, Sight> by_content;
  size_t sip = 0;
  int64_t first_ns = INT64_MAX;
  int64_t last_ns = 0;
};

std::optional<uint64_t> content_of(const Datagram& datagram, PayloadClass payload_class) {
  if (datagram.kind == PayloadKind::icmp_error) return std::nullopt;
  if (payload_class == PayloadClass::sip) return hash_text(datagram.payload);
  RtpHeader rtp;
  if (payload_class != PayloadClass::rtp || !parse_rtp(datagram.payload, &rtp)) return std::nullopt;
  if (rtp.sequence % kRtpEvery != 0) return std::nullopt;
  return mix(uint64_t{rtp.ssrc} << 32 | rtp.timestamp, rtp.sequence);
}

void note(const Datagram& datagram, Sights* sights) {
  const PayloadClass payload_class = classify_payload(datagram.payload);
  const auto content = content_of(datagram, payload_class);
  if (!content) return;
  const bool sip = payload_class == PayloadClass::sip;
  const Sight sight{datagram.time_ns, datagram.src.ip < datagram.dst.ip, sip, false};
  const auto [slot, inserted] = sights->by_content.try_emplace(*content, sight);
  if (inserted && sip) sights->sip++;
  if (!inserted && datagram.time_ns - slot->second.time_ns > kSamePlaceNs)
    slot->second.again = true;
}

Sights look_at(const std::string& name) {
  Sights sights;
  sights.name = name;
  PacketLog log;
  std::vector<std::string> errors;
  const auto source = open_captures({name}, {}, log, &errors);
  if (source == nullptr) return sights;
  Decoder decoder;
  std::vector<Datagram> datagrams;
  Packet packet;
  for (size_t i = 0; i < kMaxPackets && source->next(&packet) == ReadResult::packet; i++) {
    sights.first_ns = std::min(sights.first_ns, packet.time_ns);
    sights.last_ns = std::max(sights.last_ns, packet.time_ns);
    decoder.decode(packet, &datagrams);
    for (const Datagram& datagram : datagrams) note(datagram, &sights);
  }
  return sights;
}

struct Offset {
  int64_t ahead_ns = 0;
  size_t pairs = 0;  // 0: nothing is known
};

int64_t median(std::vector<int64_t>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The differences are those of a clock: more than half of them are near their median, within a
// tenth of it or kSamePlaceNs.
bool is_constant(std::vector<int64_t>& values) {
  const int64_t middle = median(values);
  const auto near = std::count_if(values.begin(), values.end(), [&](int64_t value) {
    return std::abs(value - middle) <= std::max<int64_t>(kSamePlaceNs, std::abs(middle) / 10);
  });
  return static_cast<size_t>(near) * 2 > values.size();
}

// By how much the clock is ahead, from the differences of packets in each direction; 0: not proven.
// Both directions together tell the clock from the delay. One direction alone must show more than
// any delay.
int64_t ahead_of(std::vector<int64_t>& there, std::vector<int64_t>& back) {
  if ((!there.empty() && !is_constant(there)) || (!back.empty() && !is_constant(back))) return 0;
  if (!there.empty() && !back.empty()) {
    const int64_t a = median(there), b = median(back);
    const bool proven = (a > 0) == (b > 0) && std::min(std::abs(a), std::abs(b)) >= kMinAheadNs;
    return proven ? (a + b) / 2 : 0;
  }
  const int64_t only = median(there.empty() ? back : there);
  return std::abs(only) >= kMinAheadOneWayNs ? only : 0;
}

// By how much the clock of `b` is ahead of that of `a`. Files that follow each other, such as those
// of a ring, share nothing but retransmissions. Files that do not overlap in time are compared only
// when most SIP messages of one are in the other.
Offset compare(const Sights& a, const Sights& b) {
  std::vector<int64_t> there, back;
  size_t sip = 0;
  for (const auto& [content, sight] : b.by_content) {
    const auto found = a.by_content.find(content);
    if (found == a.by_content.end() || sight.again || found->second.again) continue;
    if (sight.sip) sip++;
    (found->second.there ? there : back).push_back(sight.time_ns - found->second.time_ns);
  }
  Offset offset;
  offset.pairs = there.size() + back.size();
  if (offset.pairs < kMinPairs) return {};
  const bool overlap = a.first_ns <= b.last_ns && b.first_ns <= a.last_ns;
  if (!overlap && sip * 2 <= std::min(a.sip, b.sip)) return {};
  offset.ahead_ns = ahead_of(there, back);
  return offset;
}

}  // namespace

ClockCorrections capture_clocks(const std::vector<std::string>& names) {
  ClockCorrections ahead;
  std::error_code code;
  const auto is_file = [&](const std::string& name) {
    return std::filesystem::is_regular_file(name, code);
  };
  if (names.size() < 2 || names.size() > kMaxFiles ||
      !std::all_of(names.begin(), names.end(), is_file)) {
    return ahead;
  }
  std::vector<Sights> looked;
  for (const std::string& name : names) {
    Sights sights = look_at(name);
    Offset best;
    for (const Sights& other : looked) {
      Offset offset = compare(other, sights);
      if (offset.pairs <= best.pairs) continue;
      const auto known = ahead.find(other.name);
      if (known != ahead.end() &&
          __builtin_add_overflow(offset.ahead_ns, known->second, &offset.ahead_ns)) {
        continue;
      }
      best = offset;
    }
    if (best.ahead_ns != 0) ahead[name] = best.ahead_ns;
    looked.push_back(std::move(sights));
  }
  return ahead;
}

}  // namespace sipladder
