#include "probe/service.h"

#include <poll.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "capture/monotonic.h"
#include "probe/systemd_notice.h"

namespace sipladder {
namespace {

constexpr int kWaitMs = 100;
constexpr uint64_t kLookEvery = 256;  // packets
constexpr int64_t kHepRestNs = 2'000'000'000;

int64_t wall_now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::string interface_name(const SourceInfo& info, uint16_t interface) {
  if (interface < info.interfaces.size()) return info.interfaces[interface];
  return info.format == "live" ? info.name : std::string();
}

}  // namespace

CaptureService::CaptureService(ServiceOptions options, ServiceRequests& requests, Tell tell)
    : options_(std::move(options)),
      requests_(requests),
      tell_(std::move(tell)),
      choice_(options_.choice,
              [this](const Datagram& datagram, const SipIndex* sip) {
                if (sip != nullptr) {
                  messages_++;
                  if (ring_.is_ring()) index_.add(datagram, *sip, seen_);
                }
                if (options_.hep.empty() || (sip == nullptr && !options_.hep_rtcp)) return;
                const auto content = sip != nullptr ? HepContent::sip : HepContent::rtcp;
                std::string packet = hep_packet(datagram, content, options_.hep_stamp);
                hep_unsendable_ += packet.empty();
                if (!packet.empty()) hep_.send(std::move(packet), now_ns_);
              }),
      queue_(choice_, [this](const Packet& packet, const Choice& one) { keep(packet, one); }),
      ring_(options_.ring, [this](const std::string& path) { index_.write(path); }),
      sink_(options_.sink) {}

std::string CaptureService::open() {
  std::string wrong = options_.ring.out.empty() ? std::string() : ring_.make_folder();
  if (wrong.empty() && !options_.hep.empty()) wrong = hep_.open(options_.hep, options_.hep_ca);
  if (wrong.empty() && !options_.metrics.empty()) wrong = server_.open(options_.metrics);
  return wrong;
}

std::string CaptureService::open_files() {
  return options_.ring.out.empty() ? std::string() : ring_.open();
}

void CaptureService::set_keys(const KeyLog* keys, const RsaKeys* rsa_keys, KeySources* sources) {
  key_sources_ = sources;
  choice_.decoder().set_keys(keys);
  choice_.decoder().set_rsa_keys(rsa_keys);
}

bool CaptureService::run(PacketSource& source) {
  source_ = &source;
  now_ns_ = flushed_ns_ = idle_since_ns_ = monotonic_ns();
  watchdog_ns_ = watchdog_period_ns();
  tell_systemd("READY=1");
  Packet packet;
  while (!requests_.stop) {
    const ReadResult result = source.next(&packet);
    if (result == ReadResult::end) break;
    if (result == ReadResult::packet) {
      had_packet_ = true;
      take(packet);
      if (seen_ % kLookEvery == 0) look_around(false);
    } else {
      wait();
      look_around(true);
    }
    if (ring_.lost() > 0 && !options_.endless) break;
  }
  tell_systemd("STOPPING=1");
  finish();
  const bool sent = hep_.dropped() == 0 && sink_.trouble().empty();
  return ring_.lost() == 0 && (options_.endless || sent);
}

void CaptureService::take(const Packet& packet) {
  seen_++;
  seen_bytes_ += packet.original;
  newest_ns_ = std::max(newest_ns_, packet.time_ns);
  Choice choice = choice_.judge(packet);
  choice.number = seen_;
  if (choice.wanted != Wanted::unknown) kinds_[static_cast<size_t>(choice.kind)]++;
  queue_.add(packet, choice);
}

void CaptureService::keep(const Packet& packet, const Choice& choice) {
  if (options_.ring.out.empty()) return;
  Packet kept = packet;
  if (choice.length < kept.ref.length) {
    kept.ref.length = choice.length;
    cut_++;
  }
  const auto infos = source_->infos();
  const std::string name = interface_name(*infos[packet.source], packet.interface);
  ring_.add(kept, name, now_ns_);
  sink_.note(kept.time_ns);
  index_.note(kept, choice.number);  // after ring_.add(), which may have begun a new file
}

void CaptureService::wait() {
  std::vector<pollfd> fds;
  for (const int fd : source_->waits_for()) fds.push_back({fd, POLLIN, 0});
  const bool at_once = fds.empty() && !options_.endless;
  server_.add_descriptors(&fds);
  hep_.add_descriptors(&fds);
  poll(fds.data(), fds.size(), at_once ? 0 : kWaitMs);
}

void CaptureService::look_around(bool idle) {
  now_ns_ = monotonic_ns();
  if (key_sources_ != nullptr) key_sources_->look();
  if (std::exchange(had_packet_, false)) idle_since_ns_ = now_ns_;
  if (now_ns_ - idle_since_ns_ > kHoldNs) queue_.release_all();
  const int64_t wall_ns = wall_now_ns();
  if (options_.endless) lag_ns_ = idle ? 0 : std::max<int64_t>(wall_ns - newest_ns_, 0);
  if (idle && options_.endless && ring_.is_old(wall_ns)) ring_.rotate();
  obey_requests();
  if (now_ns_ - flushed_ns_ >= options_.flush_ns) flush();
  if (!options_.hep.empty()) hep_.work(now_ns_);
  sink_.work(now_ns_, wall_ns - options_.flush_ns);
  server_.work(now_ns_, [this] { return metrics(); });
  if (watchdog_ns_ > 0 && now_ns_ >= next_watchdog_ns_) {
    tell_systemd("WATCHDOG=1");
    next_watchdog_ns_ = now_ns_ + watchdog_ns_;
  }
}

void CaptureService::flush() {
  flushed_ns_ = now_ns_;
  ring_.flush(now_ns_);
  tell_trouble();
}

// Tells the user once when something goes wrong, and once when it is right again.
void CaptureService::tell_trouble() {
  const std::string trouble = ring_.is_failing() ? ring_.trouble() : std::string();
  if (!trouble.empty() && told_.empty())
    tell_(trouble +
          (options_.endless ? "; packets are lost until files can be written again" : ""));
  if (trouble.empty() && !told_.empty()) tell_("files can be written again");
  told_ = trouble;
  const std::string hep = options_.hep.empty() || hep_.is_up() ? std::string() : hep_.trouble();
  if (!hep.empty() && hep_told_.empty()) tell_("--hep " + options_.hep + ": " + hep);
  if (hep.empty() && !hep_told_.empty() && hep_.is_up())
    tell_("--hep " + options_.hep + ": connected again");
  hep_told_ = hep;
  if (!sink_.trouble().empty() && sink_told_.empty())
    tell_("--sink: " + sink_.trouble() + "; it is tried again");
  if (sink_.trouble().empty() && !sink_told_.empty()) tell_("--sink: all is stored again");
  sink_told_ = sink_.trouble();
  const auto infos = source_->infos();
  sources_told_.resize(infos.size());
  for (size_t i = 0; options_.endless && i < infos.size(); i++) {
    const std::string& damage = infos[i]->damage;
    if (!damage.empty() && sources_told_[i].empty()) tell_(damage + "; it is waited for");
    if (damage.empty() && !sources_told_[i].empty()) tell_(infos[i]->name + ": captured again");
    sources_told_[i] = damage;
  }
}

void CaptureService::obey_requests() {
  if (requests_.rotate.exchange(false)) {
    queue_.release_all();
    ring_.rotate();
  }
  if (requests_.report.exchange(false)) tell_(summary());
}

void CaptureService::finish() {
  now_ns_ = monotonic_ns();
  choice_.finish();
  queue_.release_all();
  index_.settle();
  if (!options_.ring.out.empty()) ring_.close(dropped());
  if (!options_.hep.empty()) hep_.finish(kHepRestNs);
  tell_trouble();
  const bool ended = !options_.endless && !options_.sink.url.empty();
  if (ended && !sink_.run_and_wait(wall_now_ns())) tell_("--sink: " + sink_.trouble());
}

uint64_t CaptureService::dropped() const {
  uint64_t sum = 0;
  if (source_ == nullptr) return 0;
  for (const SourceInfo* info : source_->infos()) sum += info->dropped;
  return sum;
}

}  // namespace sipladder
