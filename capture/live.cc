// Live capture through libpcap: packets go to a spool at once, the kernel ring is the queue.
#include <grp.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <deque>

#include "capture/packet_source.h"

namespace sipladder {
namespace {

constexpr int kSnapLength = 262'144;
constexpr int kBufferBytes = 64 << 20;
constexpr int kTimeoutMs = 50;
constexpr uint64_t kStatisticsEvery = 65'536;  // packets between two looks at the drop counter

struct Device {
  std::unique_ptr<pcap_t, void (*)(pcap_t*)> handle{nullptr, pcap_close};
  SourceInfo info;
  uint16_t store = 0;
  int64_t to_ns = 1000;
};

uint16_t link_type_of(int datalink) { return static_cast<uint16_t>(datalink == DLT_RAW ? 101 : datalink); }

bool open_device(const std::string& name, const std::string& bpf, Device* device, std::string* error) {
  char text[PCAP_ERRBUF_SIZE] = "";
  device->handle.reset(pcap_create(name.c_str(), text));
  pcap_t* handle = device->handle.get();
  if (handle == nullptr) {
    *error = name + ": " + text;
    return false;
  }
  pcap_set_snaplen(handle, kSnapLength);
  pcap_set_promisc(handle, 1);
  pcap_set_timeout(handle, kTimeoutMs);
  pcap_set_buffer_size(handle, kBufferBytes);
  if (pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO) == 0) device->to_ns = 1;
  if (pcap_activate(handle) < 0) {
    *error = name + ": cannot capture: " + pcap_geterr(handle) + " (root or cap_net_raw is needed)";
    return false;
  }
  bpf_program program{};
  if (!bpf.empty()) {
    if (pcap_compile(handle, &program, bpf.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0 || pcap_setfilter(handle, &program) != 0) {
      *error = "BPF filter \"" + bpf + "\": " + pcap_geterr(handle);
      return false;
    }
    pcap_freecode(&program);
  }
  pcap_setnonblock(handle, 1, text);
  device->info.name = name;
  device->info.format = "live";
  device->info.link_type = link_type_of(pcap_datalink(handle));
  return true;
}

class LiveSource : public PacketSource {
 public:
  LiveSource(std::vector<Device> devices, PacketLog& log) : devices_(std::move(devices)), log_(log) {}

  ReadResult next(Packet* packet) override {
    for (size_t tried = 0; tried < devices_.size(); tried++) {
      if (take(current_, packet)) return ReadResult::packet;
      current_ = (current_ + 1) % devices_.size();
    }
    for (const Device& device : devices_) count_drops(device);
    wait();
    return ReadResult::idle;
  }

  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const Device& device : devices_) result.push_back(&device.info);
    return result;
  }

 private:
  bool take(size_t index, Packet* packet) {
    Device& device = devices_[index];
    pcap_pkthdr* header = nullptr;
    const u_char* data = nullptr;
    if (pcap_next_ex(device.handle.get(), &header, &data) != 1) return false;
    SourceInfo& info = device.info;
    info.packets++;
    info.bytes += header->caplen;
    if (header->caplen < header->len) info.truncated++;
    packet->time_ns = int64_t{header->ts.tv_sec} * 1'000'000'000 + int64_t{header->ts.tv_usec} * device.to_ns;
    if (info.first_ns == 0) info.first_ns = packet->time_ns;
    info.last_ns = packet->time_ns;
    packet->frame = static_cast<uint32_t>(info.packets);
    packet->original = header->len;
    packet->source = static_cast<uint16_t>(index);
    packet->link_type = info.link_type;
    packet->data = data;
    packet->ref = log_.append(device.store, {reinterpret_cast<const char*>(data), header->caplen});
    if (info.packets % kStatisticsEvery == 0) count_drops(device);
    return true;
  }

  static void count_drops(const Device& device) {
    pcap_stat statistics{};
    if (pcap_stats(device.handle.get(), &statistics) == 0) {
      const_cast<Device&>(device).info.dropped = uint64_t{statistics.ps_drop} + statistics.ps_ifdrop;
    }
  }

  void wait() const {
    std::vector<pollfd> fds;
    for (const Device& device : devices_) fds.push_back({pcap_get_selectable_fd(device.handle.get()), POLLIN, 0});
    poll(fds.data(), fds.size(), kTimeoutMs);
  }

  std::vector<Device> devices_;
  PacketLog& log_;
  size_t current_ = 0;
};

unsigned number_of(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

// For good: a decoder that reads hostile packets needs no privileges once the device is open.
bool give_up_root(std::string* error) {
  if (geteuid() != 0) return true;
  constexpr unsigned kNobody = 65534;
  const gid_t group = number_of("SUDO_GID", kNobody);
  const uid_t user = number_of("SUDO_UID", kNobody);
  if (setgroups(0, nullptr) != 0 || setgid(group) != 0 || setuid(user) != 0) {
    *error = "root privileges could not be given up";
    return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<PacketSource> open_live(const std::vector<std::string>& names, const OpenOptions& options,
                                        bool drop_root, PacketLog& log, std::string* error) {
  std::vector<Device> devices;
  for (const std::string& name : names) {
    Device device;
    if (!open_device(name, options.bpf, &device, error) || !log.add_spool(&device.store, error)) return nullptr;
    devices.push_back(std::move(device));
  }
  // The spool for messages put together from several packets is made now: $TMPDIR may be root's alone.
  log.append_assembled({});
  if (drop_root && !give_up_root(error)) return nullptr;
  return std::make_unique<LiveSource>(std::move(devices), log);
}

}  // namespace sipladder
