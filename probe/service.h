// The command `sipladder capture`: writes the packets of a source that are SIP or its media into
// files, and sends messages to a HEP collector.
//
// source -> decoder -> which packets (packet_choice.h) -> order (hold_queue.h) -> files
// (ring_writer.h); messages -> HEP (hep_link.h), index of the file (ring_index.h). Threads: one;
// only ServiceRequests may be set from elsewhere. Packets wait in the buffer of the kernel, and
// those that it drops are counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "capture/key_sources.h"
#include "capture/packet_source.h"
#include "probe/hep_link.h"
#include "probe/hep_packet.h"
#include "probe/hold_queue.h"
#include "probe/metrics_server.h"
#include "probe/packet_choice.h"
#include "probe/ring_index.h"
#include "probe/ring_writer.h"
#include "probe/sink_runs.h"

namespace sipladder {

struct ServiceOptions {
  ChoiceOptions choice;
  RingOptions ring;    // without `out`: no files
  std::string hep;     // a target of HepLink; empty: none
  std::string hep_ca;  // a file with trusted certificates; empty: those of the system
  HepStamp hep_stamp;
  bool hep_rtcp = false;
  SinkRunOptions sink;
  std::string metrics;  // HOST:PORT; empty: none
  int64_t flush_ns = 1'000'000'000;
  bool endless = false;  // live: a full disk is waited for
};

// What signals ask for. Set by signal handlers, and cleared by the service.
struct ServiceRequests {
  std::atomic<bool> stop{false}, rotate{false}, report{false};
};

class CaptureService {
 public:
  // Gets sentences for the user while the service runs.
  using Tell = std::function<void(const std::string& sentence)>;

  CaptureService(ServiceOptions options, ServiceRequests& requests, Tell tell);

  // Secrets of TLS, and the sources of more of them. All must outlive this; `sources` may be null.
  void set_keys(const KeyLog* keys, const RsaKeys* rsa_keys, KeySources* sources);
  // Makes the folder and opens sockets; to be called before root is given up. Empty, or a sentence
  // that says what is wrong.
  std::string open();
  // To be called after root is given up. Empty, or a sentence that says why files cannot be
  // written.
  std::string open_files();
  // Runs until the source ends or a request to stop comes. False when packets could not be written,
  // or, unless `endless`, not be sent or stored.
  bool run(PacketSource& source);

  // Statistics: in one sentence, and in the text format of Prometheus. Before run() has begun there
  // is no source in them.
  std::string summary() const;
  std::string metrics() const;
  const MetricsServer& metrics_server() const { return server_; }

 private:
  void take(const Packet& packet);
  void keep(const Packet& packet, const Choice& choice);
  void look_around(bool idle);
  void wait();
  void flush();
  void obey_requests();
  void tell_trouble();
  void finish();
  uint64_t dropped() const;

  ServiceOptions options_;
  ServiceRequests& requests_;
  Tell tell_;
  KeySources* key_sources_ = nullptr;
  PacketSource* source_ = nullptr;
  IndexBuilder index_;
  HepLink hep_;
  PacketChoice choice_;
  HoldQueue queue_;
  RingWriter ring_;
  SinkRuns sink_;
  MetricsServer server_;
  int64_t now_ns_ = 0;  // monotonic
  int64_t idle_since_ns_ = 0;
  bool had_packet_ = false;  // since the last look
  int64_t flushed_ns_ = 0;
  int64_t watchdog_ns_ = 0, next_watchdog_ns_ = 0;
  int64_t newest_ns_ = 0;  // time of the newest packet
  int64_t lag_ns_ = 0;     // by which a live packet was behind the wall clock at the last look
  std::string told_;       // the trouble that the user was told
  std::string hep_told_, sink_told_;
  std::vector<std::string> sources_told_;
  uint64_t seen_ = 0, seen_bytes_ = 0, cut_ = 0, messages_ = 0, hep_unsendable_ = 0;
  uint64_t kinds_[static_cast<size_t>(PacketKind::count_)] = {};
};

}  // namespace sipladder
