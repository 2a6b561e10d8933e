// Where secrets of TLS come from while packets are read: a file that may grow, a FIFO, or lines
// that are sent here by UDP (Kamailio's keylog_peer).
//
// Threads: the one that reads packets. Errors: add() says why a source cannot be opened; a source
// that fails later gives nothing more. Bounds: those of KeyLog, and kMaxReadAtOnce bytes of each
// source for each look().
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
  explicit KeySources(KeyLog* log);  // gets the secrets; must outlive this
  ~KeySources();
  KeySources(const KeySources&) = delete;
  KeySources& operator=(const KeySources&) = delete;

  // Opens "udp:HOST:PORT", a FIFO or a file. A file is read to its present end. A FIFO is read
  // until its writers have closed it, which can take long, unless packets come as they are captured
  // (`live`): then look() reads it beside them. An empty string, or why the source cannot be
  // opened.
  std::string add(const std::string& name, bool live);
  // Takes what has come since the last look. Never waits.
  void look();
  // Descriptors that become readable when there is more. A file that grows has none: look() tells.
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
