// Where packets come from: a file, standard input, a device, or several of them merged by time.
//
// Threads: one reader. SourceInfo may be read by others between batches, under the engine's lock.
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
  end,     // no more packets; SourceInfo::damage tells whether the end was clean
};

// One row of the `capture` table; kept up to date by the source.
struct SourceInfo {
  std::string name;        // as the user named it
  std::string format;      // "pcap", "pcapng", "live", ...
  uint16_t link_type = 0;  // of the first packet
  uint64_t packets = 0;
  uint64_t bytes = 0;       // captured bytes
  uint64_t dropped = 0;     // by kernel, interface or file's own statistics
  bool fine_times = false;  // in steps of less than a microsecond
  bool has_times = true;    // else they are made up: a log without any, Simple Packet Blocks alone
  bool from_anybody = false;  // HEP without a key: whoever reaches the port is believed
  std::vector<HepSender> hep_senders = {};  // of a HEP source
  uint64_t refused = 0;  // HEP packets without the key that is asked for: not in `packets`
  uint64_t connections_closed = 0;  // of HEP, open ones that had to make room for others
  bool has_dates = true;       // else times are of an unknown day: a log that writes the clock only
  bool whole_seconds = false;  // its times have no fractions: a log that writes the clock so
  uint64_t unread = 0;         // lines of a log that looked like SIP and could not be read
  std::string first_unread;    // with its number
  std::vector<std::string> interfaces;  // names that the file gives, by Packet::interface
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  int64_t clock_ahead_ns = 0;  // subtracted from all of its times
  uint64_t position = 0;       // bytes of the input consumed, for progress
  uint64_t size = 0;           // bytes of the input, 0 when unknown
  std::string damage;          // what is wrong with the input and at which byte; empty when nothing
};

// What of a log could not be read, in a sentence.
std::string unread_sentence(const SourceInfo& info);

class PacketSource {
 public:
  virtual ~PacketSource() = default;
  virtual ReadResult next(Packet* packet) = 0;
  // After next() said idle: these descriptors become readable when there is more. None: ask again
  // at once.
  virtual std::vector<int> waits_for() const { return {}; }
  // Times are those of arrival here: what is still to come is later than all that has come.
  virtual bool has_arrival_times() const { return false; }
  // One entry per underlying source, in the order of Packet::source.
  virtual std::vector<const SourceInfo*> infos() const = 0;
};

using ClockCorrections = std::map<std::string, int64_t>;  // by file name: its clock is so far ahead

struct OpenOptions {
  std::string bpf;  // libpcap filter expression, empty for all
  ClockCorrections clocks = {};
  UnpackLimit unpack = {};
  std::string hep_key = {};  // of all packets that HEP sources take; empty: they take any
  bool drop_root = false;    // for good, when one of the sources listens
  KeyLog* keys = nullptr;    // gets the secrets of TLS that captures hold; must live longer
  std::set<std::string> growing = {};  // files whose last packet may be there in part only
  bool reopen = false;  // a device that went away is waited for: the source never ends
};

// How a SOURCE is named, and what that is. Static text.
struct SourceForm {
  std::string_view form, about;
};
std::vector<SourceForm> source_forms();

// A ring has more files than the usual soft limit of open ones.
void allow_many_files();

// The captures in a folder, in the order of their first packets. A sentence in *error when it
// cannot be read, or has none. The last one may still be written.
std::vector<std::string> captures_in(const std::string& folder, std::string* error);

// Opens what source_forms() says; several are merged by time. Sources that cannot be opened are
// described in *errors, one sentence each naming the file; the others are read all the same.
// Returns null when none could be opened.
std::unique_ptr<PacketSource> open_captures(const std::vector<std::string>& names,
                                            const OpenOptions& options, PacketLog& log,
                                            std::vector<std::string>* errors);

// Opens the devices for live capture (promiscuous, immediate enough for a UI, snap length 262144, a
// large kernel buffer) and then gives up root for good (setgid/setuid to SUDO_GID/SUDO_UID or
// nobody) when `drop_root`. Null with *error on failure. With OpenOptions::reopen, a device that is
// gone is tried again every second, SourceInfo::damage saying why it is gone until then.
std::unique_ptr<PacketSource> open_live(const std::vector<std::string>& devices,
                                        const OpenOptions& options, bool drop_root, PacketLog& log,
                                        std::string* error);

// A network device of this host, as libpcap names it.
struct DeviceInfo {
  std::string name, about;  // about: its description and addresses
  bool is_up = false;
};
// What open_live() takes. Without the right to capture, *error or an empty list.
std::vector<DeviceInfo> list_devices(std::string* error);

}  // namespace sipladder
