// SIP over TCP with holes, repeats, disorder, resets and connections that begin anew: each byte
// says what becomes of the next segment.
#include <algorithm>
#include <deque>

#include "tests/fuzz/choices.h"
#include "tests/fuzz/examine.h"
#include "tests/fuzz/made_captures.h"
#include "tests/fuzz/targets.h"
#include "tests/support/packet_builder.h"

namespace sipladder::fuzz {
namespace {

constexpr size_t kMaxSegments = 1000;
constexpr size_t kMaxBytes = 200'000;

struct Way {  // one direction of one connection
  int from = 1, to = 2;
  uint16_t src_port = 40'000, dst_port = 5060;
  uint32_t sequence = 1;
  std::string unsent;
};

class Wire {
 public:
  explicit Wire(Choices choices) : choices_(choices) {
    for (int i = 0; i < 2; i++) {
      const auto port = static_cast<uint16_t>(40'000 + i);
      ways_.push_back({1, 2, port, 5060, 0xFFFFFF00, {}});
      ways_.push_back({2, 1, 5060, port, 1, {}});
    }
  }

  std::string capture() {
    while (choices_.any() && packets_.size() < kMaxSegments && bytes_ < kMaxBytes) step();
    for (const build::TimedPacket& late : held_) packets_.push_back(late);
    return build::pcap(packets_);
  }

 private:
  void step() {
    Way& way = ways_[choices_.below(ways_.size())];
    if (way.unsent.size() < 200) say_more(way);
    static constexpr size_t kSizes[] = {1, 7, 64, 200, 536, 1460, 4000};
    const size_t size = std::min(choices_.of(kSizes), way.unsent.size());
    const std::string payload = way.unsent.substr(0, size);
    static constexpr int64_t kSteps[] = {1'000, 1'000'000, 2'000'000'000, 400'000'000'000};
    now_ns_ += kSteps[choices_.below(8) % 4];
    switch (choices_.below(12)) {
      case 0:  // lost
        break;
      case 1:
        send(way, payload, 0x18);
        send(way, payload, 0x18);
        break;
      case 2:  // comes later
        send(way, payload, 0x18);
        held_.push_back(packets_.back());
        packets_.pop_back();
        break;
      case 3:
        for (const build::TimedPacket& late : held_) packets_.push_back(late);
        held_.clear();
        send(way, payload, 0x18);
        break;
      case 4:
        send(way, "", choices_.below(2) == 0 ? 0x04 : 0x11);  // RST, FIN
        return;
      case 5:
        way.sequence = static_cast<uint32_t>(choices_.below(256)) << 24;
        send(way, "", 0x02);  // SYN
        way.sequence++;
        return;
      case 6:  // overlaps what was sent
        way.sequence -= static_cast<uint32_t>(choices_.below(200));
        send(way, payload, 0x18);
        break;
      case 7:
        send(way, std::string(choices_.below(30), '\n'), 0x18);
        return;
      default:
        send(way, payload, 0x18);
    }
    way.sequence += static_cast<uint32_t>(size);
    way.unsent.erase(0, size);
  }

  void say_more(Way& way) {
    static constexpr size_t kBodies[] = {0, 10, 500, 3000, 20'000};
    std::string text =
        build::sip_message("c" + std::to_string(choices_.below(4)), choices_.of(kBodies));
    if (choices_.below(8) == 0) text.resize(text.size() / 2);
    way.unsent += text;
  }

  void send(const Way& way, const std::string& payload, uint8_t flags) {
    const std::string src = host_name(way.from), dst = host_name(way.to);
    const std::string segment =
        build::tcp(payload, {way.sequence, 0, flags}, src, dst, way.src_port, way.dst_port);
    packets_.push_back({now_ns_, build::ethernet_ip(build::ip(segment, 6, src, dst))});
    bytes_ += payload.size();
  }

  Choices choices_;
  std::vector<Way> ways_;
  std::vector<build::TimedPacket> packets_;
  std::deque<build::TimedPacket> held_;
  int64_t now_ns_ = kMadeStartNs;
  size_t bytes_ = 0;
};

}  // namespace

std::string tcp(std::string_view input) {
  return examine({Wire(Choices(input)).capture()});
}

}  // namespace sipladder::fuzz
