// Where packets come from: a file, standard input, a device, or several of them merged by time.
//
// Threads: one reader. Others may read SourceInfo between two batches of packets, under the lock of
// the session (query/session_lock.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "capture/byte_reader.h"
#include "capture/hep_senders.h"
#include "capture/key_log.h"
#include "capture/packet.h"
#include "capture/packet_log.h"

namespace sipladder {

enum class ReadResult {
  packet,  // *packet is filled
  idle,    // nothing now, more may come (live, a pipe): ask again; next() does not wait
  end,     // no more packets; SourceInfo::damage is empty when the end was clean
};

// What a source knows about itself: one row of the `capture` table. The source keeps it up to date.
struct SourceInfo {
  std::string name;        // as the user named it
  std::string format;      // "pcap", "pcapng", "live", ...
  uint16_t link_type = 0;  // of the first packet
  uint64_t packets = 0;
  uint64_t bytes = 0;         // captured bytes of all packets
  uint64_t dropped = 0;       // by kernel, interface or file's own statistics
  bool fine_times = false;    // in steps of less than a microsecond
  bool has_times = true;      // false: made up, as of a log without times or Simple Packet Blocks
  bool from_anybody = false;  // HEP without a key: packets of anybody are taken
  std::vector<HepSender> hep_senders = {};  // of a HEP source
  uint64_t refused = 0;                 // HEP packets without the required key: not in `packets`
  uint64_t connections_closed = 0;      // open HEP connections that had to make room for others
  bool has_dates = true;                // false: a log that writes the time of day only
  bool whole_seconds = false;           // a log that writes times without fractions of a second
  uint64_t unread = 0;                  // lines of a log that looked like SIP and could not be read
  std::string first_unread;             // the first of them, with its number
  uint64_t ends_forgotten = 0;          // of HopInference::forgotten(): ends in a log
  std::vector<std::string> interfaces;  // their names in the file, by Packet::interface
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t clock_ahead_ns = 0;  // by which its clock is ahead: subtracted from all of its times
  uint64_t position = 0;       // bytes of the input consumed, for progress
  uint64_t size = 0;           // bytes of the input, 0 when unknown
  std::string damage;          // what is wrong with the input and at which byte; empty when nothing
};

// A sentence about the lines of a log that could not be read.
std::string unread_sentence(const SourceInfo& info);

class PacketSource {
 public:
  virtual ~PacketSource() = default;
  // Fills *packet; its data is valid until the next call.
  virtual ReadResult next(Packet* packet) = 0;
  // After next() said idle: these descriptors become readable when there is more. Empty: call
  // next() again at once.
  virtual std::vector<int> waits_for() const { return {}; }
  // True when times are those of arrival here: packets to come are later than all that have come.
  virtual bool has_arrival_times() const { return false; }
  // One entry per underlying source, in the order of Packet::source. Valid as long as this.
  virtual std::vector<const SourceInfo*> infos() const = 0;
};

// By file name: nanoseconds by which the clock of that capture is ahead.
using ClockCorrections = std::map<std::string, int64_t>;

struct OpenOptions {
  std::string bpf;  // libpcap filter expression, empty for all
  ClockCorrections clocks = {};
  UnpackLimit unpack = {};
  std::string hep_key = {};            // that HEP packets must carry; empty: any packet is taken
  bool drop_root = false;              // for good, if one of the sources listens for HEP
  KeyLog* keys = nullptr;              // gets the TLS secrets in captures; must outlive the source
  std::set<std::string> growing = {};  // files whose last packet may be there in part only
  bool reopen = false;  // a live device that went away is waited for: the source never ends
};

// A form of the argument SOURCE and what it means, for the help. Static text.
struct SourceForm {
  std::string_view form, about;
};
std::vector<SourceForm> source_forms();

// Raises the soft limit of open files to the hard one: a ring can have more files than it allows.
void allow_many_files();

// The captures in a folder, in the order of their first packets. The last one may still be written.
// A sentence in *error when the folder cannot be read or has none.
std::vector<std::string> captures_in(const std::string& folder, std::string* error);

// Opens sources of the forms in source_forms(), and merges several by time. *errors gets one
// sentence, with the name, for each that cannot be opened; the others are read all the same. Null
// when none could be opened, root could not be given up, or the filter is wrong. `log` must outlive
// the source.
std::unique_ptr<PacketSource> open_captures(const std::vector<std::string>& names,
                                            const OpenOptions& options, PacketLog& log,
                                            std::vector<std::string>* errors);

// Opens the devices for live capture: promiscuous, a few milliseconds of delay, snap length 262144,
// a kernel buffer of 64 MiB. With `drop_root`, root is then given up for good (privileges.h). Null,
// with a sentence in *error, on failure. With OpenOptions::reopen, a device that is gone is tried
// again every second; until it is back, SourceInfo::damage says why it is gone.
std::unique_ptr<PacketSource> open_live(const std::vector<std::string>& devices,
                                        const OpenOptions& options, bool drop_root, PacketLog& log,
                                        std::string* error);

// A network device of this host, as libpcap names it.
struct DeviceInfo {
  std::string name, about;  // about: its description, often empty
  bool is_up = false;
};
// The devices that open_live() can open. Without the right to capture the list is empty, with or
// without a text in *error.
std::vector<DeviceInfo> list_devices(std::string* error);

}  // namespace sipladder
