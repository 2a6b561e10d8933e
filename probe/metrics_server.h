// Answers GET /metrics over HTTP/1.1, for Prometheus. Nothing here waits: the caller polls what
// add_descriptors() gives and calls work(). Times are those of monotonic_ns().
//
// Bounds: kMostScrapes connections (beyond, the oldest is closed), kMostRequest bytes of a request,
// kScrapeLimitNs for each. One request per connection. Threads: one.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "capture/hep_sockets.h"

namespace sipladder {

inline constexpr size_t kMostScrapes = 16;
inline constexpr size_t kMostRequest = 8192;
inline constexpr int64_t kScrapeLimitNs = 5'000'000'000;

class MetricsServer {
 public:
  // Listens at HOST:PORT; an empty HOST is 127.0.0.1. Empty, or a sentence that says what is wrong.
  std::string open(const std::string& place);
  bool is_open() const { return listener_.get() >= 0; }
  uint16_t port() const { return port_; }  // that it listens at, also when PORT was 0

  void add_descriptors(std::vector<pollfd>* fds) const;
  void work(int64_t monotonic_ns, const std::function<std::string()>& text);

 private:
  struct Scrape {
    Fd fd;
    int64_t begun_ns = 0;
    std::string request = {};
    std::string answer = {};
    size_t sent = 0;
  };
  void accept_all(int64_t monotonic_ns);
  static bool read(Scrape& scrape, const std::function<std::string()>& text);
  static bool write(Scrape& scrape);

  Fd listener_;
  uint16_t port_ = 0;
  std::vector<Scrape> scrapes_;
};

}  // namespace sipladder
