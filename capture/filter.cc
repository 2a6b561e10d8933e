#include "capture/filter.h"

#include <pcap/pcap.h>

#include <map>

namespace sipladder {
namespace {

struct Program {
  bpf_program program{};
  bool usable = false;
  ~Program() {
    if (usable) pcap_freecode(&program);
  }
  bool compile(int link_type, const std::string& expression, std::string* error) {
    const std::unique_ptr<pcap_t, void (*)(pcap_t*)> handle(pcap_open_dead(link_type, 262144), pcap_close);
    usable = pcap_compile(handle.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!usable) *error = "BPF filter \"" + expression + "\": " + pcap_geterr(handle.get());
    return usable;
  }
};

class FilteredSource : public PacketSource {
 public:
  FilteredSource(std::unique_ptr<PacketSource> source, std::string expression)
      : source_(std::move(source)), expression_(std::move(expression)) {}

  ReadResult next(Packet* packet) override {
    while (true) {
      const ReadResult result = source_->next(packet);
      if (result != ReadResult::packet || matches(*packet)) return result;
    }
  }
  std::vector<const SourceInfo*> infos() const override { return source_->infos(); }

 private:
  bool matches(const Packet& packet) {
    auto [slot, inserted] = programs_.try_emplace(packet.link_type);
    if (inserted) {
      std::string error;
      // LINKTYPE_RAW is DLT_RAW 12 to libpcap on this system.
      slot->second.compile(packet.link_type == 101 ? DLT_RAW : packet.link_type, expression_, &error);
    }
    if (!slot->second.usable) return false;
    pcap_pkthdr header{};
    header.caplen = packet.ref.length;
    header.len = packet.original;
    return pcap_offline_filter(&slot->second.program, &header, packet.data) != 0;
  }

  std::unique_ptr<PacketSource> source_;
  std::string expression_;
  std::map<uint16_t, Program> programs_;
};

}  // namespace

std::unique_ptr<PacketSource> filter_source(std::unique_ptr<PacketSource> source, const std::string& expression,
                                            std::string* error) {
  Program probe;
  if (!probe.compile(DLT_EN10MB, expression, error)) return nullptr;
  return std::make_unique<FilteredSource>(std::move(source), expression);
}

}  // namespace sipladder
