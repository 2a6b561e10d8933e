// The packets of calls as a capture file of their own (which packets: call_packets.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/capture_writer.h"
#include "correlate/analysis/analysis.h"

namespace sipladder {

struct PacketExport {
  std::string path;
  CaptureFormat format = CaptureFormat::pcapng;
  const std::vector<CallId>* calls = nullptr;  // null: all
  bool sip_only = false;
  bool comments = false;  // pcapng: findings at the packets that prove them
  // The captures once more, from the beginning, with the numbers of the first time; null with a
  // sentence when they cannot be read again.
  std::function<std::unique_ptr<PacketSource>(PacketLog&, std::string*)> reopen;
};

struct PacketReport {
  std::string error;       // empty: written
  std::string unreadable;  // what could not be read again; the rest is written
  uint64_t packets = 0;
};

// The model must be whole.
PacketReport export_packets(const Model& model, const PacketLog& log, Analyst& analyst,
                            const PacketExport& wanted);

// The file that `path` names is one of `sources`: writing it would destroy what is read.
bool is_a_source(const std::string& path, const std::vector<std::string>& sources);

}  // namespace sipladder
