// A server of HTTP/1.1 in this process, on a port of 127.0.0.1, as a test wants it: it answers,
// keeps silent, or cuts the connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "capture/mutex.h"

namespace sipladder {

struct HttpAsked {
  std::map<std::string, std::string> parameters;  // of the query, unescaped
  std::map<std::string, std::string> headers;     // names in lower case
  std::string body;                               // unpacked
};

struct HttpGiven {
  int status = 200;
  std::string text;
  bool cut = false;  // the connection ends when all is done, before the answer
  int wait_ms = 0;
};

class HttpServerThread {
 public:
  using Answer = std::function<HttpGiven(const HttpAsked&)>;
  // `port` 0: any.
  explicit HttpServerThread(Answer answer, uint16_t port = 0);
  ~HttpServerThread();
  HttpServerThread(const HttpServerThread&) = delete;
  HttpServerThread& operator=(const HttpServerThread&) = delete;

  uint16_t port() const { return port_; }
  std::vector<HttpAsked> asked() const;
  std::atomic<int> cuts{0};  // so many connections end in the middle of a body

 private:
  void serve();
  void talk(int fd);

  Answer answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  mutable Mutex mutex_;
  std::vector<HttpAsked> asked_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace sipladder
