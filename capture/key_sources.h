// Where secrets of TLS come from while packets are read: a file that may grow, a FIFO, or lines
// that somebody sends by UDP (Kamailio's keylog_peer).
//
// Threads: the one that reads packets. Errors: add() says why a source cannot be opened; one that
// fails later gives nothing more. Bounds: those of KeyLog, and kMaxReadAtOnce for each look.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/key_log.h"

namespace sipladder {

inline constexpr std::string_view kKeyLogUdp = "udp:";

class KeySources {
 public:
  explicit KeySources(KeyLog* log);
  ~KeySources();
  KeySources(const KeySources&) = delete;
  KeySources& operator=(const KeySources&) = delete;

  // A file is read to its present end. A FIFO too, however long its writer takes, unless packets
  // come as they are captured (`live`): then it is read beside them. An empty string, or why it
  // cannot be opened.
  std::string add(const std::string& name, bool live);
  // What has come since. Never waits.
  void look();
  // Readable when there is more; of a file that grows nothing tells.
  std::vector<int> waits_for() const;

 private:
  struct Source;
  static constexpr size_t kMaxReadAtOnce = 1 << 20;
  std::string open_udp(const std::string& name, Source* source) const;
  void read_some(Source& source, size_t most);

  KeyLog* log_;
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace sipladder
