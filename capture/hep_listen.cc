#include "capture/hep_listen.h"

#include <cstring>
#include <ctime>
#include <deque>
#include <utility>

#include "capture/hep_connections.h"
#include "capture/hep_senders.h"
#include "capture/hep_sockets.h"
#include "capture/raw_packet.h"

namespace sipladder {
namespace {

constexpr int kDatagramsAtOnce = 64;

struct HepPacket {
  RawEndpoint peer;
  uint8_t point;
  std::string bytes;
};

int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class HepSource : public PacketSource {
 public:
  HepSource(std::string name, std::string key, uint16_t index, HepSockets sockets)
      : udp_(std::move(sockets.udp)),
        connections_(std::move(sockets.tcp)),
        local_(sockets.local),
        key_(std::move(key)),
        buffer_(kMaxHep, '\0'),
        index_(index) {
    info_.name = std::move(name);
    info_.format = "hep";
    info_.link_type = kRawIp;
    info_.from_anybody = key_.empty();
  }

  ReadResult next(Packet* packet) override {
    if (waiting_.empty()) receive();
    if (waiting_.empty()) return ReadResult::idle;
    hand_out(packet);
    return ReadResult::packet;
  }

  std::vector<int> waits_for() const override {
    std::vector<int> fds = {udp_.get()};
    connections_.add_descriptors(&fds);
    return fds;
  }

  bool has_arrival_times() const override { return true; }
  std::vector<const SourceInfo*> infos() const override { return {&info_}; }

 private:
  void receive() {
    for (int i = 0; i < kDatagramsAtOnce && receive_datagram(); i++) {
    }
    connections_.receive(
        [this](const RawEndpoint& peer, std::string_view bytes) { return take(peer, bytes); });
    info_.connections_closed = connections_.closed_for_room();
    if (std::exchange(changed_, false)) info_.hep_senders = senders_.all();
  }

  // False when no datagram waits.
  bool receive_datagram() {
    sockaddr_storage from{};
    iovec part{buffer_.data(), buffer_.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t got = recvmsg(udp_.get(), &message, MSG_DONTWAIT);
    if (got < 0) return false;
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
      if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) count_dropped(CMSG_DATA(c));
    }
    if (got > 0) take(endpoint_of(from), {buffer_.data(), static_cast<size_t>(got)});
    return true;
  }

  // The kernel's counter begins again after 2^32.
  void count_dropped(const unsigned char* counter) {
    uint32_t dropped = 0;
    std::memcpy(&dropped, counter, sizeof dropped);
    info_.dropped += dropped - std::exchange(dropped_, dropped);
  }

  bool take(const RawEndpoint& peer, std::string_view bytes) {
    const HepLabel label = hep_label(bytes);
    const HepRefusal refusal = refusal_of(label, key_);
    HepSender& sender = senders_.sender(peer, label);
    sender.last_ns = now_ns();
    if (sender.first_ns == 0) sender.first_ns = sender.last_ns;
    changed_ = true;
    if (refusal != HepRefusal::none) {
      sender.refused++;
      sender.last_refusal = refusal;
      info_.refused++;
      return false;
    }
    sender.packets++;
    waiting_.push_back({peer, sender.point, std::string(bytes)});
    return true;
  }

  void hand_out(Packet* packet) {
    packet->point = waiting_.front().point;
    bytes_ = raw_udp_packet(waiting_.front().peer, local_, waiting_.front().bytes);
    waiting_.pop_front();
    packet->time_ns = now_ns();
    if (info_.packets++ == 0) info_.first_ns = packet->time_ns;
    info_.last_ns = packet->time_ns;
    info_.bytes += bytes_.size();
    packet->frame = static_cast<uint32_t>(info_.packets);
    packet->original = static_cast<uint32_t>(bytes_.size());
    packet->source = index_;
    packet->link_type = kRawIp;
    packet->ref = not_stored(bytes_.size());
    packet->data = reinterpret_cast<const uint8_t*>(bytes_.data());
  }

  Fd udp_;
  HepConnections connections_;
  RawEndpoint local_;
  std::string key_;
  std::string buffer_;  // of one datagram
  SourceInfo info_;
  HepSenders senders_;
  bool changed_ = false;  // senders_ has, since it was copied to info_
  std::deque<HepPacket> waiting_;
  std::string bytes_;
  uint32_t dropped_ = 0;
  uint16_t index_ = 0;
};

}  // namespace

bool is_hep_source(std::string_view name) {
  return name.starts_with(kHepScheme);
}

std::unique_ptr<PacketSource> listen_hep(const std::string& name, const std::string& key,
                                         uint16_t index, PacketLog& log, std::string* error) {
  HepSockets sockets;
  if (!open_hep_sockets(name, &sockets, error)) return nullptr;
  *error = log.open_spool(true);
  if (!error->empty()) return nullptr;
  const std::string shown =
      name.substr(0, name.rfind(':') + 1) + std::to_string(sockets.local.port);
  return std::make_unique<HepSource>(shown, key, index, std::move(sockets));
}

}  // namespace sipladder
