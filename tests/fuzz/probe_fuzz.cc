// A capture as a service of `capture` takes it: what is written is in order and no longer than it
// was, and a message that was sent as HEP is the same when it is read.
#include "capture/capture_file.h"
#include "capture/packing.h"
#include "decode/decoder.h"
#include "probe/hep_packet.h"
#include "probe/hold_queue.h"
#include "probe/ring_index.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {
namespace {

class Probe {
 public:
  Probe() {
    options_.media = KeptMedia::headers;
    options_.first_media_port = options_.last_media_port = 4000;
  }

  std::string run(std::string_view input) {
    CaptureFile file(
        "fuzz", 0, input.size(),
        ByteInput(make_prefixed_reader(std::string(input), make_fd_reader(-1, false)), kNotStored));
    PacketChoice choice(options_,
                        [this](const Datagram& one, const SipIndex* sip) { see(one, sip); });
    HoldQueue queue(choice, [this](const Packet& one, const Choice& how) { take(one, how); });
    Packet packet;
    while (file.next(&packet) == ReadResult::packet) queue.add(packet, choice.judge(packet));
    choice.finish();
    queue.release_all();
    if (queue.bytes() != 0) wrong_ = "packets are held for ever";
    return wrong_;
  }

 private:
  void take(const Packet& packet, const Choice& how) {
    if (packet.frame <= frame_) wrong_ = "packets change places";
    if (how.length == 0) wrong_ = "nothing is left of a packet";
    frame_ = packet.frame;
    index_.note(packet, how.number);
  }
  void see(const Datagram& datagram, const SipIndex* sip) {
    if (sip == nullptr) return;
    index_.add(datagram, *sip, 0);
    if (!index_.find(IndexKey::address, to_string(datagram.src.ip))) wrong_ = "not in the index";
    const std::string sent = hep_packet(datagram, HepContent::sip, {7, "key"});
    if (sent.empty()) return;
    Packet packet;
    packet.link_type = 101;
    const std::string bytes = raw_udp_packet({}, {}, sent);
    packet.original = static_cast<uint32_t>(bytes.size());
    packet.data = reinterpret_cast<const uint8_t*>(bytes.data());
    packet.ref = not_stored(bytes.size());
    Decoder decoder;
    std::vector<Datagram> out;
    decoder.decode(packet, &out);
    if (out.size() != 1 || out[0].payload != datagram.payload || out[0].src != datagram.src ||
        out[0].dst != datagram.dst)
      wrong_ = "HEP says something else";
  }

  ChoiceOptions options_;
  IndexBuilder index_;
  uint32_t frame_ = 0;
  std::string wrong_;
};

}  // namespace

std::string probe(std::string_view input) {
  return Probe().run(input);
}

}  // namespace sipladder::fuzz
