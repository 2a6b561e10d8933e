// Live capture through libpcap. Packets are handed on as they come; the ring buffer of the kernel
// is the only queue.
#include <pcap/pcap.h>

#include <ctime>

#include "capture/monotonic.h"
#include "capture/packet_source.h"
#include "capture/privileges.h"

namespace sipladder {
namespace {

constexpr int kBufferBytes = 64 << 20;
// How long the kernel may collect packets before it hands them over.
constexpr int kTimeoutMs = 5;
constexpr uint64_t kStatisticsEvery = 65'536;  // packets between two looks at the drop counter
// Asking a device that has nothing costs a system call. While another device is busy, a quiet one
// is asked in every so many-th call of next() only.
constexpr uint64_t kCallsPerQuietDevice = 32;
constexpr int kRetrySeconds = 1;

time_t uptime() {
  return monotonic_ns() / kSecondNs;
}

struct Device {
  std::unique_ptr<pcap_t, void (*)(pcap_t*)> handle{nullptr, pcap_close};
  SourceInfo info;
  int64_t to_ns = 1000;
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  int64_t time_ns = 0;
  bool ready = false;           // header, data and time_ns are those of a packet not yet handed out
  bool quiet = false;           // had nothing when last asked
  bool gone = false;            // libpcap has failed on it
  time_t next_try = 0;          // uptime at which a device that is gone is opened again
  uint64_t dropped_before = 0;  // packets, as counted by handles that are gone
};

uint16_t link_type_of(int datalink) {
  return static_cast<uint16_t>(datalink == DLT_RAW ? 101 : datalink);
}

bool set_filter(pcap_t* handle, const std::string& bpf, std::string* error) {
  if (bpf.empty()) return true;
  bpf_program program{};
  bool done = pcap_compile(handle, &program, bpf.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
  if (done) {
    done = pcap_setfilter(handle, &program) == 0;
    pcap_freecode(&program);
  }
  if (!done) *error = "BPF filter \"" + bpf + "\": " + pcap_geterr(handle);
  return done;
}

bool open_device(const std::string& name, const std::string& bpf, Device* device,
                 std::string* error) {
  char text[PCAP_ERRBUF_SIZE] = "";
  device->handle.reset(pcap_create(name.c_str(), text));
  pcap_t* handle = device->handle.get();
  if (handle == nullptr) {
    *error = name + ": " + text;
    return false;
  }
  pcap_set_snaplen(handle, int{kSnapLength});
  pcap_set_promisc(handle, 1);
  pcap_set_timeout(handle, kTimeoutMs);
  pcap_set_buffer_size(handle, kBufferBytes);
  if (pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO) == 0) device->to_ns = 1;
  const int status = pcap_activate(handle);
  if (status < 0) {
    // The second text has details, such as the capability that is missing, or only repeats the
    // first.
    const std::string reason = pcap_statustostr(status);
    const std::string detail = pcap_geterr(handle);
    *error = name + ": cannot capture: " + reason;
    if (!detail.empty() && detail != reason) *error += ": " + detail;
    return false;
  }
  if (!set_filter(handle, bpf, error)) return false;
  if (pcap_setnonblock(handle, 1, text) != 0) {
    *error = name + ": " + text;
    return false;
  }
  device->info.name = name;
  device->info.format = "live";
  device->info.link_type = link_type_of(pcap_datalink(handle));
  return true;
}

// One packet of each device is held, and the earliest of them is handed out. libpcap keeps the
// bytes of a packet until the device is asked for the next one.
class LiveSource : public PacketSource {
 public:
  LiveSource(std::vector<Device> devices, std::string bpf, bool reopen)
      : devices_(std::move(devices)), bpf_(std::move(bpf)), reopen_(reopen) {}

  ReadResult next(Packet* packet) override {
    Device* earliest = nullptr;
    const bool all = calls_++ % kCallsPerQuietDevice == 0;
    for (Device& device : devices_) {
      if (!device.ready && (all || !device.quiet)) look(device);
      if (device.ready && (earliest == nullptr || device.time_ns < earliest->time_ns))
        earliest = &device;
    }
    if (earliest != nullptr) {
      hand_out(*earliest, packet);
      return ReadResult::packet;
    }
    return rest() ? ReadResult::idle : ReadResult::end;
  }

  std::vector<int> waits_for() const override {
    std::vector<int> fds;
    for (const Device& device : devices_) {
      if (device.quiet && !device.gone) fds.push_back(pcap_get_selectable_fd(device.handle.get()));
    }
    return fds;
  }

  std::vector<const SourceInfo*> infos() const override {
    std::vector<const SourceInfo*> result;
    for (const Device& device : devices_) result.push_back(&device.info);
    return result;
  }

 private:
  void look(Device& device) {
    if (device.gone && !(reopen_ && comes_back(device))) return;
    const int result = pcap_next_ex(device.handle.get(), &device.header, &device.data);
    device.ready = result == 1;
    device.quiet = result != 1;
    if (result < 0) {
      count_drops(device);
      device.gone = true;
      device.info.damage =
          device.info.name + ": capture ended: " + pcap_geterr(device.handle.get());
    }
    if (!device.ready) return;
    const timeval& time = device.header->ts;
    device.time_ns = int64_t{time.tv_sec} * 1'000'000'000 + int64_t{time.tv_usec} * device.to_ns;
  }

  bool comes_back(Device& device) {
    if (uptime() < device.next_try) return false;
    device.next_try = uptime() + kRetrySeconds;
    Device again;
    std::string error;
    if (!open_device(device.info.name, bpf_, &again, &error)) return false;
    device.handle = std::move(again.handle);
    device.to_ns = again.to_ns;
    device.info.link_type = again.info.link_type;
    device.info.damage.clear();
    device.dropped_before = device.info.dropped;
    device.gone = false;
    return true;
  }

  void hand_out(Device& device, Packet* packet) {
    device.ready = false;
    SourceInfo& info = device.info;
    if (info.packets++ == 0) info.first_ns = device.time_ns;
    info.last_ns = device.time_ns;
    info.bytes += device.header->caplen;
    packet->time_ns = device.time_ns;
    packet->frame = static_cast<uint32_t>(info.packets);
    packet->original = device.header->len;
    packet->source = static_cast<uint16_t>(&device - devices_.data());
    packet->point =
        static_cast<uint8_t>(std::min(&device - devices_.data(), std::ptrdiff_t{kLastPoint}));
    packet->link_type = info.link_type;
    packet->data = device.data;
    packet->ref = not_stored(device.header->caplen);
    if (info.packets % kStatisticsEvery == 0) count_drops(device);
  }

  static void count_drops(Device& device) {
    pcap_stat statistics{};
    if (!device.gone && pcap_stats(device.handle.get(), &statistics) == 0) {
      device.info.dropped =
          device.dropped_before + uint64_t{statistics.ps_drop} + statistics.ps_ifdrop;
    }
  }

  // Called when no device has a packet. False when no device is left.
  bool rest() {
    calls_ = 0;  // the next call asks all devices
    bool left = reopen_;
    for (Device& device : devices_) {
      count_drops(device);
      left |= !device.gone;
    }
    return left;
  }

  std::vector<Device> devices_;
  std::string bpf_;
  bool reopen_;
  uint64_t calls_ = 0;
};

}  // namespace

std::unique_ptr<PacketSource> open_live(const std::vector<std::string>& names,
                                        const OpenOptions& options, bool drop_root, PacketLog& log,
                                        std::string* error) {
  std::vector<Device> devices;
  for (const std::string& name : names) {
    Device device;
    if (!open_device(name, options.bpf, &device, error)) return nullptr;
    devices.push_back(std::move(device));
  }
  // The spool is made now: $TMPDIR may be root's alone.
  *error = log.open_spool(true);
  if (!error->empty()) return nullptr;
  if (drop_root && !give_up_root(error)) return nullptr;
  return std::make_unique<LiveSource>(std::move(devices), options.bpf, options.reopen);
}

std::vector<DeviceInfo> list_devices(std::string* error) {
  char text[PCAP_ERRBUF_SIZE] = "";
  pcap_if_t* first = nullptr;
  if (pcap_findalldevs(&first, text) != 0) *error = text;
  const std::unique_ptr<pcap_if_t, void (*)(pcap_if_t*)> owned(first, pcap_freealldevs);
  std::vector<DeviceInfo> devices;
  for (const pcap_if_t* device = first; device != nullptr; device = device->next) {
    DeviceInfo info;
    info.name = device->name;
    if (device->description != nullptr) info.about = device->description;
    info.is_up = (device->flags & PCAP_IF_UP) != 0;
    devices.push_back(std::move(info));
  }
  return devices;
}

}  // namespace sipladder
