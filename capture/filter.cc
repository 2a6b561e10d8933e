#include "capture/filter.h"

#include <pcap/pcap.h>

#include <map>

namespace sipladder {
namespace {

constexpr uint16_t kLinkTypeRaw = 101;  // DLT_RAW has other values, different by system
// Packets skipped in one call of next(): the caller gets control back now and then while none
// match.
constexpr int kMaxSkipped = 65'536;
constexpr uint16_t kUsualLinkTypes[] = {DLT_EN10MB, kLinkTypeRaw, DLT_LINUX_SLL};

int dlt_of(uint16_t link_type) {
  return link_type == kLinkTypeRaw ? DLT_RAW : link_type;
}

struct Program {
  bpf_program program{};
  bool usable = false;
  ~Program() {
    if (usable) pcap_freecode(&program);
  }
  bool compile(uint16_t link_type, const std::string& expression, std::string* error) {
    const std::unique_ptr<pcap_t, void (*)(pcap_t*)> handle(
        pcap_open_dead(dlt_of(link_type), int{kSnapLength}), pcap_close);
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
    for (int skipped = 0; skipped < kMaxSkipped; skipped++) {
      const ReadResult result = source_->next(packet);
      if (result != ReadResult::packet || matches(*packet)) return result;
    }
    return ReadResult::idle;
  }
  std::vector<int> waits_for() const override { return source_->waits_for(); }
  std::vector<const SourceInfo*> infos() const override { return source_->infos(); }

 private:
  bool matches(const Packet& packet) {
    auto [slot, inserted] = programs_.try_emplace(packet.link_type);
    if (inserted) {
      std::string error;
      slot->second.compile(packet.link_type, expression_, &error);
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

bool is_usable(const PacketSource& source, const std::string& expression, std::string* error) {
  bool known = false;
  for (const SourceInfo* info : source.infos()) {
    if (info->format != "pcap") continue;
    known = true;
    Program probe;
    if (probe.compile(info->link_type, expression, error)) continue;
    *error = info->name + ": " + *error;
    return false;
  }
  if (!known) *error = check_filter(expression);
  return error->empty();
}

}  // namespace

std::string check_filter(const std::string& expression) {
  std::string first_error;
  for (const uint16_t link_type : kUsualLinkTypes) {
    Program probe;
    std::string error;
    if (probe.compile(link_type, expression, &error)) return {};
    if (first_error.empty()) first_error = error;
  }
  return first_error;
}

std::unique_ptr<PacketSource> filter_source(std::unique_ptr<PacketSource> source,
                                            const std::string& expression, std::string* error) {
  if (!is_usable(*source, expression, error)) return nullptr;
  return std::make_unique<FilteredSource>(std::move(source), expression);
}

}  // namespace sipladder
