// One POST at a time to one server, over a connection that is kept. The home of libcurl.
//
// Threads: one at a time. Errors: a reply whose status is 0 never came; its text says why. The
// password is in no text.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sipladder {

struct HttpServer {
  std::string host;
  uint16_t port = 0;
  std::string user, password;
  bool secure = false;  // TLS, its certificate checked
  bool operator==(const HttpServer&) const = default;
};

struct HttpReply {
  int status = 0;    // 0: none came
  std::string text;  // of the answer, unless somebody took it, or what went wrong
};

class HttpClient {
 public:
  // `stop`, when it becomes true, ends what is going on within a second.
  explicit HttpClient(HttpServer server, const std::atomic<bool>* stop = nullptr);
  ~HttpClient();

  using Parameters = std::vector<std::pair<std::string, std::string>>;
  struct Request {
    Parameters parameters{};     // of the query, as they are: they are escaped here
    std::string_view body{};     // must outlive the call
    bool gzip = false;           // the body is
    int64_t silence_s = 60;      // how long the server may keep silent, from 1
    size_t most_text = 4 << 20;  // of the answer that is kept
    // Takes an answer of status 200 as it comes; false ends it.
    std::function<bool(std::string_view)> take{};
  };
  HttpReply post(const Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sipladder
