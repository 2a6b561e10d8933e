#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace sipladder {
namespace {

std::string gunzipped(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string plain;
  char part[65'536];
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof part;
    result = inflate(&stream, Z_NO_FLUSH);
    plain.append(part, sizeof part - stream.avail_out);
  }
  inflateEnd(&stream);
  EXPECT_EQ(result, Z_STREAM_END) << "a body that is no gzip";
  return plain;
}

std::string unescaped_parameter(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '%' && i + 2 < text.size()) {
      plain += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

void read_parameters(std::string target, HttpAsked* asked) {
  target = target.substr(std::min(target.size(), target.find('?') + 1));
  while (!target.empty()) {
    const std::string one = target.substr(0, target.find('&'));
    target.erase(0, one.size() + 1);
    const size_t equal = one.find('=');
    asked->parameters[one.substr(0, equal)] = unescaped_parameter(one.substr(equal + 1));
  }
}

void read_head(const std::string& head, HttpAsked* asked) {
  const size_t first = head.find(' ');
  read_parameters(head.substr(first + 1, head.find(' ', first + 1) - first - 1), asked);
  size_t at = head.find("\r\n") + 2;
  while (at < head.size()) {
    const size_t end = head.find("\r\n", at), colon = head.find(':', at);
    if (end == std::string::npos || colon > end) return;
    std::string name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    asked->headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
}

// More of what the client sends; false at the end of the connection, or when the test ends.
bool read_more(int fd, const std::atomic<bool>& stop, std::string* bytes) {
  char part[65'536];
  while (!stop) {
    pollfd waits{fd, POLLIN, 0};
    if (poll(&waits, 1, 20) <= 0) continue;
    const ssize_t got = recv(fd, part, sizeof part, 0);
    if (got <= 0) return false;
    bytes->append(part, static_cast<size_t>(got));
    return true;
  }
  return false;
}

}  // namespace

HttpServerThread::HttpServerThread(Answer answer, uint16_t port) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(listen(listener_, 16), 0);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpServerThread::~HttpServerThread() {
  stop_ = true;
  thread_.join();
  close(listener_);
}

std::vector<HttpAsked> HttpServerThread::asked() const {
  const MutexLock lock(mutex_);
  return asked_;
}

// One connection after the other: a client of this has one.
void HttpServerThread::serve() {
  while (!stop_) {
    pollfd waits{listener_, POLLIN, 0};
    if (poll(&waits, 1, 20) <= 0) continue;
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    talk(fd);
    close(fd);
  }
}

void HttpServerThread::talk(int fd) {
  std::string bytes;
  while (true) {
    size_t end = 0;
    while ((end = bytes.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more(fd, stop_, &bytes)) return;
    }
    HttpAsked asked;
    read_head(bytes.substr(0, end + 2), &asked);
    bytes.erase(0, end + 4);
    const size_t length = std::stoul("0" + asked.headers["content-length"]);
    if (length > 0 && cuts > 0) {
      cuts--;
      return;
    }
    while (bytes.size() < length) {
      if (!read_more(fd, stop_, &bytes)) return;
    }
    asked.body = bytes.substr(0, length);
    bytes.erase(0, length);
    if (asked.headers["content-encoding"] == "gzip") asked.body = gunzipped(asked.body);
    {
      const MutexLock lock(mutex_);
      asked_.push_back(asked);
    }
    const HttpGiven planned = answer_(asked);
    for (int waited = 0; waited < planned.wait_ms && !stop_; waited += 10)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (planned.cut) return;
    const std::string reply = "HTTP/1.1 " + std::to_string(planned.status) +
                              " Said\r\nContent-Length: " + std::to_string(planned.text.size()) +
                              "\r\n\r\n" + planned.text;
    send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
  }
}

}  // namespace sipladder
